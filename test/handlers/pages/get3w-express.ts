/** In the way of Get3W's page "Verify Webhooks", its sample for Express: over the raw bytes. */
import { createHmac } from "node:crypto";
import express, { type Express } from "express";

export function get3wExpress(secret: string): Express {
  const app = express();
  app.set("env", "test");

  app.post("/webhooks", express.raw({ type: "application/json" }), (request, response) => {
    const expected = createHmac("sha256", secret).update(request.body).digest("hex");
    if (request.headers["x-get3w-signature"] !== expected) {
      response.status(401).send("Invalid signature");
      return;
    }
    JSON.parse(request.body);
    response.sendStatus(200);
  });
  return app;
}
