export type { Verification, Verdict, RejectionReason } from "./core/verdict.ts";
