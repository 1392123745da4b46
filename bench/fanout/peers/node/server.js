// The peer `ws`: the library Node programs take, fed from Redis Pub/Sub, one channel for all. Each message is made into
// a Buffer once; the library frames it for every socket. No compression, no history, no limits: only fan-out.
import { createServer } from "node:http";
import { createClient } from "redis";
import { WebSocketServer } from "ws";

const [port, socket, channel] = process.argv.slice(2);
const server = createServer();
const sockets = new WebSocketServer({ server, perMessageDeflate: false });
const client = createClient({ socket: { path: socket } });
await client.connect();
await client.subscribe(channel, (message) => {
  const data = Buffer.from(message);
  for (const one of sockets.clients) one.send(data, { binary: false });
});
sockets.on("connection", (one) => {
  one.on("error", () => {});
  one.send('{"ready":true}');
});
server.listen(Number(port), "127.0.0.1");
