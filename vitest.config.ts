import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.{ts,tsx}"],
    // The commands are tested as they are shipped: as the bundle.
    globalSetup: ["test/support/build.ts"],
    reporters: process.env.CI
      ? ["verbose", "./test/support/tally-reporter.ts"]
      : ["default", "./test/support/tally-reporter.ts"],
    testTimeout: 20_000,
    hookTimeout: 30_000,
    pool: "forks",
  },
});
