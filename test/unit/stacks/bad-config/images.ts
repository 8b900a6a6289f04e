import type { BadConfig } from "./bad-config.ts";

/** Mistakes in images. */
export const images: readonly BadConfig[] = [
  {
    name: "an empty registry",
    from: "dev",
    changes: { registry: { repositories: [], encryption: "none", keepTagged: 0 } },
    says: [
      'berth:registry.repositories: found []. Must name at least one repository. Example: berth:registry: {"repositories":["berth/provisioner","berth/desktop"]}',
      'berth:registry.encryption: found "none". Write "kms" or "aes256".',
      "berth:registry.keepTagged: found 0. Must be from 1 to 1000.",
    ],
  },
  {
    name: "repositories that ECR does not take",
    from: "dev",
    changes: { registry: { repositories: ["Berth", "a/b", "a/b"] } },
    says: [
      'berth:registry.repositories[0]: found "Berth". Must be 2 to 256 of a-z and 0-9, parted by single . _ - or /: berth/desktop. Example: berth:registry: {"repositories":["berth/provisioner","berth/desktop"]}',
      'berth:registry.repositories: found ["Berth","a/b","a/b"]. Must name each repository once. Example: berth:registry: {"repositories":["berth/provisioner","berth/desktop"]}',
    ],
  },
  {
    name: "an image by a tag that moves",
    from: "dev",
    changes: { images: { from: "references", provisioner: "registry.example.com/berth/provisioner:latest" } },
    says: [
      'berth:images.provisioner: found "registry.example.com/berth/provisioner:latest". Must name one certain image: end in its digest (@sha256:…) or in a content tag of 12 to 16 hexadecimal digits, as \'latest\' can be moved to another image. Example: berth:images: {"provisioner":"111122223333.dkr.ecr.eu-central-1.amazonaws.com/berth/desktop:3f9a1c07be42d685"}',
    ],
  },
  {
    name: "an image without its registry",
    from: "dev",
    changes: { images: { from: "references", provisioner: "provisioner:3f9a1c07be42d685" } },
    says: [
      'berth:images.provisioner: found "provisioner:3f9a1c07be42d685". Must begin with its registry\'s host: docker.io/library/nginx@sha256:…. Example: berth:images: {"provisioner":"111122223333.dkr.ecr.eu-central-1.amazonaws.com/berth/desktop:3f9a1c07be42d685"}',
    ],
  },
  {
    name: "an image of a blueprint that there is not",
    from: "dev",
    changes: {
      images: {
        from: "references",
        provisioner: "registry.example.com/berth/provisioner:3f9a1c07be42d685",
        workspaces: { laptop: "registry.example.com/berth/laptop:3f9a1c07be42d685" },
      },
    },
    says: [
      'berth:images.workspaces.laptop: found "registry.example.com/berth/laptop:3f9a1c07be42d685". There is no such option: take it out or correct its name. There are: desktop, home, ide, sandbox.',
    ],
  },
  {
    name: "images from elsewhere",
    from: "dev",
    changes: { images: { from: "hub" } },
    says: [
      'berth:images.from: found "hub". Must be { from: "build" }, or { from: "references", provisioner: "…@sha256:…", workspaces: { … } }. Example: berth:images: {"from":"build"}',
    ],
  },
  {
    name: "images as a word",
    from: "dev",
    changes: { images: "build" },
    says: [
      'berth:images: found "build". Must be { from: "build" }, or { from: "references", provisioner: "…@sha256:…", workspaces: { … } }. Example: berth:images: {"from":"build"}',
    ],
  },
  {
    name: "images for a platform that there is not",
    from: "dev",
    changes: { images: { from: "build", platform: "linux/riscv" } },
    says: ['berth:images.platform: found "linux/riscv". Write "linux/amd64" or "linux/arm64".'],
  },
];
