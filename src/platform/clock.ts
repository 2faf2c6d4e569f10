// Time as an argument: the clock is handed in, so that a test can stand at the end of a code's ten minutes.

export interface Clock {
  now(): Date;
}

export const systemClock: Clock = { now: () => new Date() };

export const secondsLater = (from: Date, seconds: number): Date =>
  new Date(from.getTime() + seconds * 1000);
