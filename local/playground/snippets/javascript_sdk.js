// The request as a call of the AWS SDK for JavaScript, version 3.
import { fetchLines, tokenLines } from "./fetch.js";
import { javascriptLiteral } from "./json_text.js";
import { sdkInput } from "./sdk_call.js";

/** @param {import("../snippets.js").Call} call */
export function javascriptSdkSnippet(call) {
  const { input, reason } = sdkInput(call);
  if (!input) return { code: `// ${reason}\n${tokenLines(call)}\n${fetchLines(call)}`, note: reason };
  const command = `${call.operation.name}Command`;
  const code = `// npm install @aws-sdk/client-chime-sdk-meetings
import { ChimeSDKMeetingsClient, ${command} } from "@aws-sdk/client-chime-sdk-meetings";

${tokenLines(call)}
const chime = new ChimeSDKMeetingsClient({
  endpoint: ${JSON.stringify(call.gateway)},
  region: "us-east-1", // any will do: it is not used
  // The client wants credentials, which nothing reads: the signer only adds the token.
  credentials: { accessKeyId: "-", secretAccessKey: "-" },
  signer: {
    sign: async (request) => {
      request.headers.authorization = \`Bearer \${token}\`;
      return request;
    },
  },
});

const answer = await chime.send(new ${command}(${javascriptLiteral(input)}));
console.log(JSON.stringify(answer, null, 2));
`;
  return { code, note: "In Node.js as a module (.mjs), or bundled for a browser." };
}
