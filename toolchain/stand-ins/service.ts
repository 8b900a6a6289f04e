import {
  type handleUnaryCall,
  Metadata,
  type sendUnaryData,
  status,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import plugins from "@pulumi/pulumi/proto/plugin_pb.js";
import messages from "@pulumi/pulumi/proto/provider_pb.js";
import statuses from "@pulumi/pulumi/proto/status_pb.js";
import any from "google-protobuf/google/protobuf/any_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import struct from "google-protobuf/google/protobuf/struct_pb.js";
import type { Failure } from "./check.ts";
import type { Change } from "./diff.ts";
import { PartlyDone, type StandInProvider, type Target } from "./provider.ts";
import type { Values } from "./values.ts";

/** Serves a provider to the engine; what is not here answers "unimplemented". */
export function createService(provider: StandInProvider, version: string): UntypedServiceImplementation {
  const handshake: handleUnaryCall<unknown, messages.ProviderHandshakeResponse> = (_call, answer) => {
    answer(null, new messages.ProviderHandshakeResponse());
  };
  const checkConfig = unary<messages.CheckRequest, messages.CheckResponse>(async (request) => {
    const failures = await provider.checkConfig(values(request.getNews()));
    return new messages.CheckResponse().setInputs(request.getNews()).setFailuresList(failures.map(failureMessage));
  });
  // Another configuration of the provider is taken as it comes; what it changes shows in the resources.
  const diffConfig = unary<messages.DiffRequest, messages.DiffResponse>(async (request) => {
    const changed = JSON.stringify(values(request.getOldInputs())) !== JSON.stringify(values(request.getNews()));
    const { DIFF_SOME, DIFF_NONE } = messages.DiffResponse.DiffChanges;
    return new messages.DiffResponse().setChanges(changed ? DIFF_SOME : DIFF_NONE);
  });
  const configure = unary<messages.ConfigureRequest, messages.ConfigureResponse>(async (request) => {
    await provider.configure(values(request.getArgs()));
    return new messages.ConfigureResponse().setSupportspreview(true);
  });
  const check = unary<messages.CheckRequest, messages.CheckResponse>(async (request) => {
    const [olds, news] = [values(request.getOlds()), values(request.getNews())];
    const { inputs, failures } = await provider.check(target(request), olds, news, request.getRandomseed_asU8());
    return new messages.CheckResponse().setInputs(message(inputs)).setFailuresList(failures.map(failureMessage));
  });
  const diff = unary<messages.DiffRequest, messages.DiffResponse>(async (request) => {
    const inputs = request.hasOldInputs() ? request.getOldInputs() : request.getOlds();
    return diffMessage(
      await provider.diff(target(request), values(request.getOlds()), values(inputs), values(request.getNews())),
    );
  });
  const create = unary<messages.CreateRequest, messages.CreateResponse>(async (request) => {
    const { id, state } = await provider.create(target(request), values(request.getProperties()), request.getPreview());
    return new messages.CreateResponse().setId(id).setProperties(message(state));
  });
  const update = unary<messages.UpdateRequest, messages.UpdateResponse>(async (request) => {
    const olds = { state: values(request.getOlds()), inputs: values(request.getOldInputs()) };
    const news = values(request.getNews());
    const state = await provider.update(target(request), request.getId(), olds, news, request.getPreview());
    return new messages.UpdateResponse().setProperties(message(state));
  });
  const remove = unary<messages.DeleteRequest, empty.Empty>(async (request) => {
    await provider.delete(target(request), request.getId());
    return new empty.Empty();
  });
  const read = unary<messages.ReadRequest, messages.ReadResponse>(async (request) => {
    const found = await provider.read(target(request), request.getId(), values(request.getInputs()));
    const response = new messages.ReadResponse();
    if (!found) return response;
    return response.setId(found.id).setProperties(message(found.state)).setInputs(message(found.inputs));
  });
  const invoke = unary<messages.InvokeRequest, messages.InvokeResponse>(async (request) => {
    const { result, failures } = await provider.invoke(request.getTok(), values(request.getArgs()));
    return new messages.InvokeResponse().setReturn(message(result)).setFailuresList(failures.map(failureMessage));
  });
  const cancel: handleUnaryCall<unknown, empty.Empty> = (_call, answer) => {
    provider.cancel();
    answer(null, new empty.Empty());
  };
  const getPluginInfo: handleUnaryCall<unknown, plugins.PluginInfo> = (_call, answer) => {
    answer(null, new plugins.PluginInfo().setVersion(version));
  };
  return {
    handshake,
    checkConfig,
    diffConfig,
    configure,
    check,
    diff,
    create,
    update,
    delete: remove,
    read,
    invoke,
    cancel,
    getPluginInfo,
  };
}

function unary<Request, Response>(work: (request: Request) => Promise<Response>): handleUnaryCall<Request, Response> {
  return (call, answer) => {
    work(call.request).then(
      (response) => answer(null, response),
      (error: unknown) => fail(error, answer),
    );
  };
}

function fail<Response>(error: unknown, answer: sendUnaryData<Response>): void {
  const text = error instanceof Error ? error.message : String(error);
  const metadata = new Metadata();
  if (error instanceof PartlyDone) {
    // The engine keeps what it is told here, and finishes it with the next update.
    const detail = new messages.ErrorResourceInitFailed()
      .setId(error.known.id)
      .setProperties(message(error.known.state))
      .setInputs(message(error.inputs))
      .setReasonsList([text]);
    const packed = new any.Any();
    packed.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
    const all = new statuses.Status().setCode(status.UNKNOWN).setMessage(text).setDetailsList([packed]);
    metadata.add("grpc-status-details-bin", Buffer.from(all.serializeBinary()));
  }
  answer({ code: status.UNKNOWN, details: text, message: text, metadata, name: "Error" });
}

function target(request: { getUrn(): string }): Target {
  const urn = request.getUrn();
  const [, , types = "", ...name] = urn.replace(/^urn:pulumi:/, "").split("::");
  return { urn, type: types.split("$").at(-1) ?? "", name: name.join("::") };
}

function values(from: struct.Struct | undefined): Values {
  return from?.toJavaScript() ?? {};
}

function message(from: Values): struct.Struct {
  return struct.Struct.fromJavaScript(from);
}

function failureMessage({ property, reason }: Failure): messages.CheckFailure {
  return new messages.CheckFailure().setProperty(property).setReason(reason);
}

function diffMessage(found: { changes: readonly Change[]; deleteBeforeReplace: boolean }): messages.DiffResponse {
  const { changes, deleteBeforeReplace } = found;
  const response = new messages.DiffResponse();
  const { DIFF_SOME, DIFF_NONE } = messages.DiffResponse.DiffChanges;
  response.setChanges(changes.length > 0 ? DIFF_SOME : DIFF_NONE);
  response.setDeletebeforereplace(deleteBeforeReplace);
  response.setHasdetaileddiff(true);
  const names = new Set<string>();
  const replaced = new Set<string>();
  for (const { path, kind, replaces } of changes) {
    const name = /^[^.[]*/.exec(path)?.[0] ?? path;
    names.add(name);
    if (replaces) replaced.add(name);
    response
      .getDetaileddiffMap()
      .set(path, new messages.PropertyDiff().setKind(kinds[kind][replaces ? 1 : 0]).setInputdiff(name !== "tagsAll"));
  }
  response.setDiffsList([...names]);
  response.setReplacesList([...replaced]);
  return response;
}

const { Kind } = messages.PropertyDiff;
const kinds = {
  add: [Kind.ADD, Kind.ADD_REPLACE],
  update: [Kind.UPDATE, Kind.UPDATE_REPLACE],
  delete: [Kind.DELETE, Kind.DELETE_REPLACE],
} as const;
