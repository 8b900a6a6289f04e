/** Project name, and with it the prefix of our configuration's keys. */
export const project = "berth";
