import type { Message } from "./messages.ts";
import { post } from "./raw-client.ts";

/** A delivery of Wazza's about a job: the same `percent` again is a redelivery. */
export const jobPost = (job: string, percent: number): Buffer =>
  post(
    "/hooks",
    JSON.stringify({
      event: "job.processing",
      jobId: job,
      progress: { percent },
      timestamp: `at ${percent}`,
    }),
  );

/** What a handler was sent, as `job percent`. */
export function jobOf({ body }: Pick<Message, "body">): string {
  const { jobId, progress } = JSON.parse(body.toString()) as { jobId: string; progress: { percent: number } };
  return `${jobId} ${progress.percent}`;
}
