import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort, startServer } from "../support/processes.ts";
import { type Contender, versionOf } from "./contender.ts";

/** As a reverse proxy with kept-alive connections to the handler, one worker, no access log. */
export const nginx: Contender = {
  name: "nginx",
  keeps: "nothing",
  version: () => versionOf("/usr/sbin/nginx", "-v"),
  install: "apt-get install nginx-light",
  async start({ target, folder }) {
    const port = await freePort();
    const file = join(folder, "nginx.conf");
    writeFileSync(file, configuration({ target, folder, port }));
    const args = ["-c", file, "-p", folder, "-e", join(folder, "error.log")];
    return { port, server: await startServer("/usr/sbin/nginx", args, { side: "contender", port }) };
  },
};

const configuration = ({ target, folder, port }: { target: number; folder: string; port: number }) => `
daemon off;
worker_processes 1;
pid ${folder}/nginx.pid;
events { worker_connections 4096; }
http {
  access_log off;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  keepalive_requests 1000000000;
  client_max_body_size 0;
  client_body_buffer_size 256k;
  upstream handler {
    server 127.0.0.1:${target};
    keepalive 512;
    keepalive_requests 1000000000;
  }
  server {
    listen 127.0.0.1:${port} backlog=1024;
    location / {
      proxy_pass http://handler;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
    }
  }
}
`;
