import { Server, ServerCredentials } from "@grpc/grpc-js";
import services from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import { Cloud } from "./cloud.ts";
import { StandInProvider } from "./provider.ts";
import { createService } from "./service.ts";
import { installedPackage, Typings } from "./typings/cache.ts";

/** How often a plugin looks whether the engine that started it is still there, in milliseconds. */
const parentCheckMs = 1_000;
/** Checkpoints with large objects pass through a single message. */
const longest = 400 * 1024 * 1024;

/**
 * A stand-in for the plugin of a provider: `node plugin.ts <aws|cloudflare|docker> <engine's address>`.
 *
 * The engine starts this, reads the port from the first line of the output, and calls the service. Nothing real is
 * created: what a program makes becomes files.
 */
const [name = ""] = process.argv.slice(2);
const installed = installedPackage(name);
const server = new Server({ "grpc.max_receive_message_length": longest, "grpc.max_send_message_length": longest });
const provider = new StandInProvider(new Typings(installed), new Cloud());
server.addService(services.ResourceProviderService, createService(provider, `${installed.version}+stand-in`));
server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  process.stdout.write(`${port}\n`);
});

// The engine may be killed, and not say so.
const parent = process.ppid;
setInterval(() => {
  if (process.ppid !== parent) process.exit(0);
}, parentCheckMs).unref();
