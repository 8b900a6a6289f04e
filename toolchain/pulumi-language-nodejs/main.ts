import { Server, ServerCredentials } from "@grpc/grpc-js";
import language from "@pulumi/pulumi/proto/language_grpc_pb.js";
import { createLanguageHost } from "./host.ts";

// The Pulumi CLI starts this, reads the port from the first line of the output, and calls the service; what programs
// write afterwards goes to the same streams. It ends the process, with its process group, when it is done.
const server = new Server();
server.addService(language.LanguageRuntimeService, createLanguageHost());
server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  process.stdout.write(`${port}\n`);
});
