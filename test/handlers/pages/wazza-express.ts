/** In the way of Wazza's page, section "Security": Express parses, and what is verified is written again. */
import { createHmac, timingSafeEqual } from "node:crypto";
import express, { type Express } from "express";

export function wazzaExpress(secret: string): Express {
  const app = express();
  // Express prints the stack of an exception otherwise.
  app.set("env", "test");
  app.use(express.json());

  app.post("/webhooks", (request, response) => {
    const signature = request.headers["x-wazza-signature"] as string;
    const timestamp = request.headers["x-wazza-timestamp"] as string;
    const age = Math.abs(Math.floor(Date.now() / 1000) - Number.parseInt(timestamp, 10));
    if (age > 300) {
      response.status(401).json({ error: "Timestamp too old" });
      return;
    }
    const payload = `${timestamp}.${JSON.stringify(request.body)}`;
    const expected = createHmac("sha256", secret).update(payload).digest("hex");
    if (!timingSafeEqual(Buffer.from(signature), Buffer.from(expected))) {
      response.status(401).json({ error: "Invalid signature" });
      return;
    }
    response.status(200).json({ received: true });
  });
  return app;
}
