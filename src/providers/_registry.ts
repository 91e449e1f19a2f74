// Written by scripts/registries.ts; do not edit.
import type { Provider } from "./_provider.ts";
import { assemblyaiProvider } from "./assemblyai.ts";
import { atlascloudProvider } from "./atlascloud.ts";
import { blackForestLabsProvider } from "./black-forest-labs.ts";
import { deapiProvider } from "./deapi.ts";
import { deepgramProvider } from "./deepgram.ts";
import { elevenlabsProvider } from "./elevenlabs.ts";
import { falProvider } from "./fal.ts";
import { freepikProvider } from "./freepik.ts";
import { geminiProvider } from "./gemini.ts";
import { get3wProvider } from "./get3w.ts";
import { heygenProvider } from "./heygen.ts";
import { ideogramProvider } from "./ideogram.ts";
import { kieProvider } from "./kie.ts";
import { klingProvider } from "./kling.ts";
import { leonardoProvider } from "./leonardo.ts";
import { lumaProvider } from "./luma.ts";
import { magicHourProvider } from "./magic-hour.ts";
import { meshyProvider } from "./meshy.ts";
import { minimaxProvider } from "./minimax.ts";
import { muxProvider } from "./mux.ts";
import { novitaProvider } from "./novita.ts";
import { openaiProvider } from "./openai.ts";
import { piapiProvider } from "./piapi.ts";
import { polloProvider } from "./pollo.ts";
import { replicateProvider } from "./replicate.ts";
import { runblobProvider } from "./runblob.ts";
import { runpodProvider } from "./runpod.ts";
import { runwareProvider } from "./runware.ts";
import { standardWebhooksProvider } from "./standard-webhooks.ts";
import { syncSoProvider } from "./sync-so.ts";
import { wavespeedProvider } from "./wavespeed.ts";
import { wazzaProvider } from "./wazza.ts";

export const providers = [
  assemblyaiProvider,
  atlascloudProvider,
  blackForestLabsProvider,
  deapiProvider,
  deepgramProvider,
  elevenlabsProvider,
  falProvider,
  freepikProvider,
  geminiProvider,
  get3wProvider,
  heygenProvider,
  ideogramProvider,
  kieProvider,
  klingProvider,
  leonardoProvider,
  lumaProvider,
  magicHourProvider,
  meshyProvider,
  minimaxProvider,
  muxProvider,
  novitaProvider,
  openaiProvider,
  piapiProvider,
  polloProvider,
  replicateProvider,
  runblobProvider,
  runpodProvider,
  runwareProvider,
  standardWebhooksProvider,
  syncSoProvider,
  wavespeedProvider,
  wazzaProvider,
] as const satisfies readonly Provider[];
