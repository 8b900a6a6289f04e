import fc from "fast-check";
import { expect, it } from "vitest";
import { closeFrame, FrameWalker } from "../../../provisioner/router/frames.ts";
import { frame, readClose, readFrames } from "../../support/websocket.ts";

const anyFrame = fc.record({
  opcode: fc.constantFrom(0, 1, 2, 8, 9, 10),
  fin: fc.boolean(),
  masked: fc.boolean(),
  size: fc.oneof(fc.nat(130), fc.constantFrom(125, 126, 127, 65_535, 65_536, 70_000)),
});

it("messages are counted alike however their bytes come in pieces, and a frame's end is known", () => {
  fc.assert(
    fc.property(fc.array(anyFrame, { maxLength: 8 }), fc.array(fc.nat(80_000), { maxLength: 10 }), (frames, cuts) => {
      const bytes = Buffer.concat(frames.map(({ size, ...how }) => frame(Buffer.alloc(size), how)));
      const ends = new Set<number>();
      let length = 0;
      for (const { size, ...how } of frames) {
        length += frame(Buffer.alloc(size), how).length;
        ends.add(length);
      }
      const walker = new FrameWalker();
      let from = 0;
      for (const end of [...new Set([...cuts.filter((cut) => cut < bytes.length), bytes.length])].toSorted(
        (a, b) => a - b,
      )) {
        walker.walk(bytes.subarray(from, end));
        from = end;
        expect(walker.between).toBe(end === 0 || ends.has(end));
      }
      const data = frames.filter(({ opcode, fin }) => opcode < 8 && fin);
      expect([walker.messages, walker.closed]).toEqual([data.length, frames.some(({ opcode }) => opcode === 8)]);
    }),
  );
});

it("what is no frame is passed, and not counted", () => {
  const walker = new FrameWalker();
  walker.walk(Buffer.from([0x82, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 2, 3]));
  walker.walk(frame("more"));
  expect([walker.broken, walker.between]).toEqual([true, false]);
});

it("a goodbye is one frame with its code and its words, masked where a client says it", () => {
  for (const masked of [true, false]) {
    const bytes = closeFrame(1008, "access was taken away", masked);
    expect((bytes[1] ?? 0) >= 128).toBe(masked);
    const [only, ...more] = readFrames(bytes).frames;
    expect([only?.opcode, more]).toEqual([8, []]);
    expect(only && readClose(only)).toEqual({ code: 1008, reason: "access was taken away" });
  }
  expect(closeFrame(1000, "x".repeat(500), false).length).toBe(127);
});
