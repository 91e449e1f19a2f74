/**
 * `node sender.ts FILE PORT RATE SECONDS LENGTH`: sends the file's requests, each LENGTH bytes, at a fixed rate over
 * kept-alive connections, one request on each at a time, and prints how long the answers took.
 */
import { readFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { quantile } from "../support/statistics.ts";

const [file = "", ...numbers] = process.argv.slice(2);
const [port = 0, rate = 1, seconds = 1, length = 1] = numbers.map(Number);

const MOST_CONNECTIONS = 512;

const bytes = readFileSync(file);
const requests = Array.from({ length: bytes.length / length }, (_, i) =>
  bytes.subarray(i * length, (i + 1) * length),
);
const idle: Socket[] = [];
const dueTimes = new Map<Socket, number>();
const times: number[] = [];
const total = rate * seconds;
let sent = 0;
let failures = 0;
const start = performance.now();

const timer = setInterval(() => {
  const due = Math.min(total, Math.floor(((performance.now() - start) * rate) / 1000));
  for (; sent < due; sent += 1) send(sent);
  if (sent >= total) {
    clearInterval(timer);
    setTimeout(report, 1_000);
  }
}, 1);

function send(index: number): void {
  const socket = idle.pop() ?? (dueTimes.size < MOST_CONNECTIONS ? open() : undefined);
  if (!socket) {
    failures += 1;
    return;
  }
  dueTimes.set(socket, start + (index * 1000) / rate);
  socket.write(requests[index % requests.length] as Buffer);
}

function open(): Socket {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  socket.on("data", (data: Buffer) => {
    // The handler's answer is so short that it comes in one piece.
    times.push(performance.now() - (dueTimes.get(socket) ?? 0));
    if (!data.toString("latin1", 0, 12).startsWith("HTTP/1.1 200")) failures += 1;
    dueTimes.delete(socket);
    idle.push(socket);
  });
  socket.on("error", () => (failures += 1));
  return socket;
}

function report(): void {
  const result = {
    answered: times.length,
    p50Ms: quantile(times, 0.5),
    p99Ms: quantile(times, 0.99),
    failures: failures + dueTimes.size,
  };
  console.log(JSON.stringify(result));
  process.exit();
}
