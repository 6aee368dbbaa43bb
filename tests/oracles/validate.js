// Checks signatures with Twilio's own validator for Node.
// In: a JSON list of {"token", "url", "params": [[name, value], ...] | body, "signature"}. Out: a JSON list of booleans.
const twilio = require("twilio");

const input = JSON.parse(require("fs").readFileSync(0, "utf8"));
const verdicts = input.map(({ token, url, params, signature }) => {
  if (typeof params === "string") {
    return twilio.validateRequestWithBody(token, signature, url, params);
  }
  const named = {};
  for (const [name, value] of params) {
    named[name] = name in named ? [].concat(named[name], value) : value;
  }
  return twilio.validateRequest(token, signature, url, named);
});
process.stdout.write(JSON.stringify(verdicts));
