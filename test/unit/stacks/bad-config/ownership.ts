import type { BadConfig } from "./bad-config.ts";

/** Mistakes in whose it is and where. */
export const ownership: readonly BadConfig[] = [
  {
    name: "an installation in capitals",
    from: "dev",
    changes: { installation: "Dev" },
    says: [
      'berth:installation: found "Dev". Must be one DNS label: a-z, 0-9 and \'-\', at most 63 characters. Example: berth:installation: "dev"',
    ],
  },
  {
    name: "an installation that is too long",
    from: "dev",
    changes: { installation: "a-very-long-installation" },
    says: [
      'berth:installation: found "a-very-long-installation". Must be at most 20 characters: names in AWS are made of it. Example: berth:installation: "dev"',
    ],
  },
  {
    name: "an installation that RDS cannot be named by",
    from: "dev",
    changes: { installation: "a--b" },
    says: [
      'berth:installation: found "a--b". Must not have two hyphens in a row: RDS and ECR take no such names. Example: berth:installation: "dev"',
    ],
  },
  {
    name: "an owner that cannot be a tag",
    from: "dev",
    changes: { owner: "" },
    says: [
      'berth:owner: found "". Must be 1 to 128 letters, digits, blanks or one of . : / = + @ - _. Example: berth:owner: "platform-team"',
    ],
  },
  {
    name: "a cost centre that cannot be a tag",
    from: "dev",
    changes: { costCentre: "R&D" },
    says: [
      'berth:costCentre: found "R&D". Must be 1 to 128 letters, digits, blanks or one of . : / = + @ - _. Example: berth:costCentre: "engineering"',
    ],
  },
  {
    name: "a city for a region",
    from: "dev",
    changes: { "aws.region": "Frankfurt" },
    says: [
      'berth:aws.region: found "Frankfurt". Must be a region: eu-central-1. Example: berth:aws: {"region":"eu-central-1","account":"111122223333"}',
    ],
  },
  {
    name: "an account that is too short",
    from: "dev",
    changes: { "aws.account": "1234" },
    says: [
      'berth:aws.account: found "1234". Must be the twelve digits of an account, in quotes: "111122223333". Example: berth:aws: {"region":"eu-central-1","account":"111122223333"}',
    ],
  },
  {
    name: "tags that AWS keeps for itself",
    from: "dev",
    changes: { "aws.tags": { "aws:team": "x" } },
    says: [
      'berth:aws.tags.aws:team: found "x". Its name must be 1 to 128 of the letters, digits and blanks, or one of . : / = + @ - _.',
    ],
  },
  {
    name: "tags as a text",
    from: "dev",
    changes: { "aws.tags": "team=platform" },
    says: ['berth:aws.tags: found "team=platform". Write keys with values.'],
  },
  {
    name: "a stack's file in which other keys follow from a wrong one",
    from: "dev",
    changes: { installation: "Dev!", "dns.workspaceDomain": "Example.net", "network.cidr": "ten" },
    says: [
      'berth:installation: found "Dev!". Must be one DNS label: a-z, 0-9 and \'-\', at most 63 characters. Example: berth:installation: "dev"',
      'berth:network.cidr: found "ten". Write a block of addresses: "203.0.113.0/24", "2001:db8::/32". Example: berth:network: {"cidr":"10.20.0.0/16"}',
      'berth:dns.workspaceDomain: found "Example.net". Must be a whole domain name in lower case, without "https://", "*." or a last dot: ws.example.com. Example: berth:dns: {"workspaceDomain":"ws.example.com"}',
    ],
  },
  {
    name: "a domain that is longer than workspaces' names leave room for",
    from: "prod",
    changes: {
      "dns.workspaceDomain":
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb.cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc.dddddddddddddddddddd.example.com",
    },
    says: [
      'berth:provisioner.workspaceDomain: found "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb…. Write at most 200 characters. It follows from berth:dns.workspaceDomain: change that.',
    ],
  },
];
