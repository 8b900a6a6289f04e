import type { Input } from "@pulumi/pulumi";

/** A Service of the cluster that a way in leads to: `Provisioner.router`, `Provisioner.api`. */
export interface ServiceRef {
  /** Namespace of the Service. */
  readonly namespace: Input<string>;
  /** Name of the Service. */
  readonly name: Input<string>;
  /** Port of the Service; it speaks HTTP. */
  readonly port: number;
  /**
   * Labels of the Service's pods, so that no other pods of the namespace are reached.
   * @default every pod of the namespace
   */
  readonly podLabels?: Readonly<Record<string, string>>;
  /**
   * Port of those pods, so that no other one is reached.
   * @default every port
   */
  readonly podPort?: number;
}
