import { connect } from "node:net";

/** True where somebody accepts connections on a socket file. */
export function answersAt(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(socketPath);
    const finish = (answers: boolean): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(answers);
    };
    const timer = setTimeout(() => finish(false), 500);
    socket.on("connect", () => finish(true));
    socket.on("error", () => finish(false));
  });
}
