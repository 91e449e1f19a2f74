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
    // What is polled for is there at once on a quiet machine.
    expect: { poll: { timeout: 10_000 } },
    pool: "forks",
    // On two cores one would be the default; most tests wait for processes, sockets and disks most of the time.
    maxWorkers: 2,
    // Browsers, terminals and killed processes on a busy machine: late once is not a fault, twice is.
    retry: process.env.CI ? 1 : 0,
  },
});
