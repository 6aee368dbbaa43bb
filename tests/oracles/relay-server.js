// A relay server in the shape of Twilio's samples: one file, `ws`, the model's stream forwarded. It keeps the talk in
// memory and nothing on disk. `make bench` measures ours beside it.
const http = require("node:http");
const { WebSocketServer } = require("ws");

const server = http.createServer((_, answer) => answer.end("ok"));
const sockets = new WebSocketServer({ server, path: "/api/voice/relay" });

sockets.on("connection", (socket) => {
  const messages = [{ role: "system", content: "You are the receptionist of an estate agency. Be brief." }];
  socket.on("message", async (data) => {
    const message = JSON.parse(data);
    if (message.type !== "prompt" || !message.last) return;
    messages.push({ role: "user", content: message.voicePrompt });
    const response = await fetch(`${process.env.OPENAI_BASE_URL}/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: "Bearer none" },
      body: JSON.stringify({ model: "m", stream: true, messages }),
    });
    let said = "";
    let rest = "";
    const decoder = new TextDecoder();
    for await (const bytes of response.body) {
      const lines = (rest + decoder.decode(bytes, { stream: true })).split("\n");
      rest = lines.pop();
      for (const line of lines) {
        if (!line.startsWith("data: ") || line === "data: [DONE]") continue;
        const token = JSON.parse(line.slice(6)).choices[0]?.delta?.content;
        if (!token) continue;
        said += token;
        socket.send(JSON.stringify({ type: "text", token, last: false }));
      }
    }
    messages.push({ role: "assistant", content: said });
    socket.send(JSON.stringify({ type: "text", token: "", last: true }));
  });
});

server.listen(Number(process.env.PORT), "127.0.0.1");
