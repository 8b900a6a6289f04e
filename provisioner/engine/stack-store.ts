/** What the engine does to a stack's state beside running Pulumi on it. */
export interface StackStore {
  /** `undefined`: not known without asking Pulumi. */
  exists(): Promise<boolean | undefined>;
  /** Makes an empty stack when there is none. */
  ensure(): Promise<void>;
  /**
   * After a run that died: takes its lock away and forgets operations that it had begun. What they made is adopted by
   * name at the next deploy. Only to be called when the processes of that run are gone.
   */
  repair(): Promise<void>;
  /** Takes away what a finished deploy leaves and nobody reads. */
  prune(): Promise<void>;
  /** Takes away what is left of a stack that is destroyed. */
  remove(): Promise<void>;
}
