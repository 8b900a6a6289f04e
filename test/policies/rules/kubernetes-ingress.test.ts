import { answerOwnNames } from "../../../policies/rules/kubernetes-ingress/answer-own-names.ts";
import { encryptIngress } from "../../../policies/rules/kubernetes-ingress/encrypt.ts";
import { encryptIngressRoute } from "../../../policies/rules/kubernetes-ingress-route/encrypt.ts";
import { describeRule, describeStackRule } from "./describe-rule.ts";
import { inPlatform, inWorkspace } from "./kubernetes-fixtures.ts";

const ingressType = "kubernetes:networking.k8s.io/v1:Ingress";
const ingress = inWorkspace(ingressType, "workspace", {
  spec: {
    tls: [{ hosts: ["ada.ws.example.com"], secretName: "wildcard" }],
    rules: [{ host: "ada.ws.example.com", http: { paths: [] } }],
  },
});
const encrypt = "Write the host into spec.tls: [{ hosts: [host], secretName }].";
describeRule(encryptIngress, ingress, {
  refuses: {
    "a host without TLS": {
      change: [["spec", "tls"], undefined],
      says: [
        `workspace-workspace (${ingressType}): it serves "ada.ws.example.com" without TLS: spec.tls names no host. ${encrypt}`,
      ],
    },
    "TLS for another host": {
      change: [["spec", "tls", 0, "hosts"], ["bob.ws.example.com"]],
      says: [
        `workspace-workspace (${ingressType}): it serves "ada.ws.example.com" without TLS: spec.tls names bob.ws.example.com. ${encrypt}`,
      ],
    },
    "a rule for every host": {
      change: [["spec", "rules", 0, "host"], undefined],
      says: [
        `workspace-workspace (${ingressType}): it serves every host without TLS: spec.tls names ada.ws.example.com. ${encrypt}`,
      ],
    },
  },
  allows: { "TLS of a wildcard": { change: [["spec", "tls", 0, "hosts"], ["*.ws.example.com"]] } },
  waitsFor: [
    ["spec", "tls"],
    ["spec", "tls", 0],
    ["spec", "tls", 0, "hosts"],
    ["spec", "tls", 0, "hosts", 0],
    ["spec", "rules", 0, "host"],
  ],
});

const routeType = "kubernetes:traefik.io/v1alpha1:IngressRoute";
const match = "HostRegexp(`^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\\.ws\\.example\\.com$`)";
const route = inPlatform(routeType, "router-route", { spec: { entryPoints: ["websecure"], routes: [{ match }] } });
describeRule(encryptIngressRoute, route, {
  refuses: {
    "an entry point without TLS": {
      change: [
        ["spec", "entryPoints"],
        ["websecure", "web"],
      ],
      says: [
        `router-route (${routeType}): the route is met without TLS: spec.entryPoints is ["websecure","web"], and there is no spec.tls. Write entryPoints: ["websecure"].`,
      ],
    },
    "every entry point": {
      change: [["spec", "entryPoints"], undefined],
      says: [
        `router-route (${routeType}): the route is met without TLS: spec.entryPoints is missing, and there is no spec.tls. Write entryPoints: ["websecure"].`,
      ],
    },
  },
  allows: {
    "one that speaks TLS itself": { change: [["spec"], { entryPoints: ["other"], tls: {}, routes: [] }] },
    "another entry point that does": {
      change: [["spec", "entryPoints"], ["private"]],
      settings: { encrypted: ["private"] },
    },
  },
  waitsFor: [["spec", "entryPoints"], ["spec", "entryPoints", 0], ["spec", "tls"], ["spec"]],
});

const everyHost = "Name the host, or the domain right below which all hosts are meant.";
describeStackRule(
  answerOwnNames,
  {
    certificate: inPlatform("kubernetes:cert-manager.io/v1:Certificate", "certificate", {
      spec: { dnsNames: ["*.ws.example.com", "api.example.com"] },
    }),
    route,
    ingress,
  },
  {
    refuses: {
      "an Ingress for every host": {
        change: [["ingress", "spec", "rules", 0, "host"], undefined],
        says: [
          `workspace-workspace (${ingressType}): it takes every host: a rule of spec.rules has no host. ${everyHost}`,
        ],
      },
      "an Ingress for all of a foreign domain": {
        change: [["ingress", "spec", "rules", 0, "host"], "*.example.org"],
        says: [
          `workspace-workspace (${ingressType}): it takes every host below example.org, which is not ours: host is "*.example.org". Name the host, order a certificate for *.example.org in this stack, or set domains: ["example.org"].`,
        ],
      },
      "a route for all of a domain without a certificate": {
        change: [["certificate", "spec", "dnsNames"], ["api.example.com"]],
        says: [
          `router-route (${routeType}): it takes every host below ws.example.com, which is not ours: match is ${match}. Name the host, order a certificate for *.ws.example.com in this stack, or set domains: ["ws.example.com"].`,
        ],
      },
      "a route whose pattern ends nowhere": {
        change: [["route", "spec", "routes", 0, "match"], "HostRegexp(`.+\\.ws\\.example\\.com`)"],
        says: [
          `router-route (${routeType}): it takes every host: match is HostRegexp(\`.+\\.ws\\.example\\.com\`). ${everyHost}`,
        ],
      },
      "a route of a top-level domain": {
        change: [["route", "spec", "routes", 0, "match"], "HostRegexp(`^.+\\.com$`)"],
        says: [`router-route (${routeType}): it takes every host: match is HostRegexp(\`^.+\\.com$\`). ${everyHost}`],
      },
      "a route that names no host": {
        change: [["route", "spec", "routes", 0, "match"], "PathPrefix(`/`)"],
        says: [`router-route (${routeType}): it takes every host: match is PathPrefix(\`/\`). ${everyHost}`],
      },
      "a route of all hosts but one": {
        change: [["route", "spec", "routes", 0, "match"], "!Host(`api.example.com`)"],
        says: [`router-route (${routeType}): it takes every host: match is !Host(\`api.example.com\`). ${everyHost}`],
      },
      "a route of all hosts but those of a domain": {
        change: [["route", "spec", "routes", 0, "match"], `!${match}`],
        says: [`router-route (${routeType}): it takes every host: match is !${match}. ${everyHost}`],
      },
      "a route of one host, or of any": {
        change: [["route", "spec", "routes", 0, "match"], "Host(`api.example.com`) || PathPrefix(`/`)"],
        says: [
          `router-route (${routeType}): it takes every host: match is Host(\`api.example.com\`) || PathPrefix(\`/\`). ${everyHost}`,
        ],
      },
      "a route of one host, or of any, in brackets": {
        change: [["route", "spec", "routes", 0, "match"], "(Host(`api.example.com`) || Method(`GET`)) && Path(`/a`)"],
        says: [
          `router-route (${routeType}): it takes every host: match is (Host(\`api.example.com\`) || Method(\`GET\`)) && Path(\`/a\`). ${everyHost}`,
        ],
      },
      "an Ingress with a backend for what no rule takes": {
        change: [["ingress", "spec", "defaultBackend"], { service: { name: "workspace", port: { number: 80 } } }],
        says: [
          `workspace-workspace (${ingressType}): it takes every host: spec.defaultBackend takes what no rule does. ${everyHost}`,
        ],
      },
    },
    allows: {
      "a route to one host": { change: [["route", "spec", "routes", 0, "match"], "Host(`api.example.com`)"] },
      "a route to two hosts": {
        change: [["route", "spec", "routes", 0, "match"], "Host(`api.example.com`) || Host(`a||b.example.com`)"],
      },
      "a route to some paths of a host": {
        change: [
          ["route", "spec", "routes", 0, "match"],
          "Host(`api.example.com`) && (Path(`/a`) || PathRegexp(`^/(b||c)$`))",
        ],
      },
      "all of a domain that is ours by the settings": {
        change: [["ingress", "spec", "rules", 0, "host"], "*.example.org"],
        settings: { domains: ["example.org"] },
      },
    },
    waitsFor: [
      ["route", "spec", "routes", 0, "match"],
      ["route", "spec", "routes"],
      ["ingress", "spec", "rules", 0, "host"],
      ["certificate", "spec", "dnsNames"],
      ["certificate", "spec", "dnsNames", 0],
    ],
  },
);
