/** The handler that every contender forwards to: reads the body to its end and answers 200. `node handler.ts PORT` */
import { createServer } from "node:http";

const answer = Buffer.from('{"ok":true}');

createServer((request, response) => {
  request.resume();
  request.once("end", () => {
    response.writeHead(200, { "Content-Type": "application/json", "Content-Length": answer.length });
    response.end(answer);
  });
}).listen({ port: Number(process.argv[2]), host: "127.0.0.1", backlog: 1024 });
