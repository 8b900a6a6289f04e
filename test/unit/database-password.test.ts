import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { passwordFrom } from "../../provisioner/store/password.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "berth-password-"));
});
afterAll(() => rm(folder, { recursive: true }));

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const end of ends.splice(0)) await end();
});

/** Serves until the test is over. */
async function serve(answer: (request: IncomingMessage, response: ServerResponse, body: string) => void) {
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const part of request) body += part;
    answer(request, response, body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  ends.push(
    () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  const address = server.address();
  return `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
}

/** As a pod has its credentials: from the agent of EKS Pod Identity, by the pod's own token. */
async function servePodIdentity(): Promise<void> {
  const file = join(folder, "pod-token");
  await writeFile(file, "of-the-pod");
  const agent = await serve((request, response) => {
    response.statusCode = request.headers.authorization === "of-the-pod" ? 200 : 401;
    response.end(
      JSON.stringify({
        ...{ AccessKeyId: "AKIDEXAMPLE", SecretAccessKey: "hush", Token: "session" },
        Expiration: "2100-01-01T00:00:00Z",
      }),
    );
  });
  for (const name of ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "AWS_REGION"]) {
    vi.stubEnv(name, undefined);
  }
  vi.stubEnv("AWS_CONTAINER_CREDENTIALS_FULL_URI", agent);
  vi.stubEnv("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", file);
}

describe("a password in a file", () => {
  test("is the one that is there now", async () => {
    const path = join(folder, "password");
    const password = passwordFrom({ kind: "file", path });
    await writeFile(path, "first\n");
    expect(await password()).toBe("first");
    await writeFile(path, " second ");
    expect(await password()).toBe(" second ");
  });

  test("that is not there is a user's mistake", async () => {
    const path = join(folder, "empty");
    await writeFile(path, "\n");
    await expect(passwordFrom({ kind: "file", path })()).rejects.toThrow(
      `BERTH_DATABASE_PASSWORD_FILE: found "${path}". It is empty: write the database's password into it.`,
    );
    await expect(passwordFrom({ kind: "file", path: "/nowhere" })()).rejects.toThrow(
      `BERTH_DATABASE_PASSWORD_FILE: found "/nowhere". It cannot be read: ENOENT: no such file or directory, open '/nowhere'.`,
    );
  });
});

describe("a password in AWS Secrets Manager", () => {
  const arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:rds!db-1-AbCdEf";
  const source = { kind: "aws-secret", arn } as const;
  const isExpected = expect.stringMatching(
    /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-central-1\/secretsmanager\/aws4_request, /,
  );

  beforeEach(servePodIdentity);

  test("is asked for each time, in the secret's region, with the pod's credentials", async () => {
    const asked: unknown[] = [];
    const endpoint = await serve(({ headers }, response, body) => {
      asked.push({ body, target: headers["x-amz-target"], by: headers.authorization });
      const value = { username: "berth", password: `p${asked.length}` };
      response.end(JSON.stringify({ SecretString: JSON.stringify(value) }));
    });
    vi.stubEnv("AWS_ENDPOINT_URL_SECRETS_MANAGER", endpoint);
    const password = passwordFrom(source);
    expect([await password(), await password()]).toEqual(["p1", "p2"]);
    const request = {
      body: JSON.stringify({ SecretId: arn }),
      target: "secretsmanager.GetSecretValue",
      by: isExpected,
    };
    expect(asked).toEqual([request, request]);
  });

  test("that is refused says what AWS said", async () => {
    const endpoint = await serve((_request, response) => {
      response.statusCode = 400;
      response.end(JSON.stringify({ __type: "AccessDeniedException", Message: "role/berth is not authorized" }));
    });
    vi.stubEnv("AWS_ENDPOINT_URL_SECRETS_MANAGER", endpoint);
    await expect(passwordFrom(source)()).rejects.toThrow(
      `BERTH_DATABASE_SECRET: found "${arn}". It cannot be read: AccessDeniedException: role/berth is not authorized.`,
    );
  });

  test("that is none of a database's is refused, and not shown", async () => {
    const endpoint = await serve((_request, response) => response.end(JSON.stringify({ SecretString: "hush-hush" })));
    vi.stubEnv("AWS_ENDPOINT_URL_SECRETS_MANAGER", endpoint);
    const wrong = passwordFrom(source)();
    await expect(wrong).rejects.toThrow('its value must be JSON with "password"');
    await expect(wrong).rejects.not.toThrow("hush-hush");
  });
});

describe("a token of IAM", () => {
  const source = {
    kind: "aws-iam",
    region: "eu-central-1",
    host: "db.example.com",
    port: 5432,
    user: "berth_api",
  } as const;
  beforeEach(async () => {
    await servePodIdentity();
    vi.useFakeTimers({ toFake: ["Date"], now: new Date("2026-11-21T12:00:00Z") });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test("is for one user of one database, signed with the pod's credentials", async () => {
    const token = await passwordFrom(source)();
    const { host, pathname, searchParams } = new URL(`https://${token}`);
    expect([host, pathname, Object.fromEntries(searchParams)]).toEqual([
      "db.example.com:5432",
      "/",
      {
        Action: "connect",
        DBUser: "berth_api",
        "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
        "X-Amz-Credential": "AKIDEXAMPLE/20261121/eu-central-1/rds-db/aws4_request",
        "X-Amz-Date": "20261121T120000Z",
        "X-Amz-Expires": "900",
        "X-Amz-Security-Token": "session",
        "X-Amz-Signature": expect.stringMatching(/^[0-9a-f]{64}$/),
        "X-Amz-SignedHeaders": "host",
      },
    ]);
  });

  test("is used for ten minutes of the fifteen that it holds, then another is made", async () => {
    const password = passwordFrom(source);
    const first = await password();
    vi.setSystemTime(new Date("2026-11-21T12:09:59Z"));
    expect(await password()).toBe(first);
    vi.setSystemTime(new Date("2026-11-21T12:10:00Z"));
    const second = await password();
    expect(new URL(`https://${second}`).searchParams.get("X-Amz-Date")).toBe("20261121T121000Z");
  });

  test("that cannot be made says why, and is tried again", async () => {
    const password = passwordFrom(source);
    const agent = process.env.AWS_CONTAINER_CREDENTIALS_FULL_URI;
    vi.stubEnv("AWS_CONTAINER_CREDENTIALS_FULL_URI", undefined);
    vi.stubEnv("AWS_EC2_METADATA_DISABLED", "true");
    await expect(password()).rejects.toThrow(
      /^BERTH_DATABASE_IAM_REGION: found "eu-central-1"\. No token can be made for berth_api: .*credentials/,
    );
    vi.stubEnv("AWS_CONTAINER_CREDENTIALS_FULL_URI", agent);
    expect(await password()).toContain("X-Amz-Signature=");
  });
});
