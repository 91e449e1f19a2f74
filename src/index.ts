export type { RejectionReason, Verdict, Verification } from "./core/verdict.ts";
