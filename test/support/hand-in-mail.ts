/** Hands a mail to the bounce listener the way any server would. */
import SMTPConnection from 'nodemailer/lib/smtp-connection';

/** Gives the reply of the listener; rejects with it when the mail was refused. A null sender is `false`. */
export async function handInMail(
  port: number,
  recipient: string,
  message: string,
  sender: string | false = false,
): Promise<string> {
  const connection = new SMTPConnection({ host: '127.0.0.1', port });
  connection.on('error', () => undefined);
  await new Promise<void>((resolve, reject) => connection.connect((error) => (error ? reject(error) : resolve())));
  try {
    return await new Promise((resolve, reject) =>
      connection.send({ from: sender, to: recipient }, message, (error, info) =>
        error ? reject(error) : resolve(info?.response ?? ''),
      ),
    );
  } finally {
    connection.close();
  }
}
