import { Alert, Button, Group, Stack, Text, Textarea } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { anew, problemOf } from '../api';
import type { ThreadView } from '../client';
import { writeMessageMutation, writeToLeadMutation } from '../client/@tanstack/react-query.gen';
import { now } from '../clock';
import { inLondon } from '../words';

/** WhatsApp takes free text for so long after somebody last wrote. */
const WINDOW_MS = 24 * 3600 * 1000;

/** What one text message carries is written in (3GPP TS 23.038); any other character makes all of them twice as long. */
const GSM = /^[@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&'()*+,\-./0-9:;<=>?¡A-ZÄÖÑÜ§¿a-zäöñüà^{}\\[~\]|€]*$/;

/** Into how many parts an SMS is cut. */
export function parts(body: string): number {
  const isGsm = GSM.test(body);
  const length = isGsm ? body.length + (body.match(/[\^{}\\[~\]|€]/g)?.length ?? 0) : body.length;
  const [one, each] = isGsm ? [160, 153] : [70, 67];
  return length <= one ? 1 : Math.ceil(length / each);
}

/** Writes by the way they wrote, or by SMS once WhatsApp takes no free text. */
export function Composer({ thread }: { thread: ThreadView }) {
  const [body, setBody] = useState('');
  const [key, setKey] = useState(() => crypto.randomUUID());
  const onSuccess = () => {
    setBody('');
    setKey(crypto.randomUUID());
  };
  const write = useMutation({ ...writeMessageMutation(), ...anew, onSuccess });
  const text = useMutation({ ...writeToLeadMutation(), ...anew, onSuccess });
  const until = thread.last_inbound ? Date.parse(thread.last_inbound) + WINDOW_MS : 0;
  const closed = thread.channel === 'whatsapp' && until < now();
  const isSms = thread.channel === 'sms' || closed;
  const send = () =>
    closed
      ? text.mutate({ path: { id: thread.lead }, body: { body, key } })
      : write.mutate({ path: { id: thread.id }, body: { body, key } });
  const error = closed ? text.error : write.error;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <Stack gap="xs">
        {closed && (
          <Alert color="gray" variant="outline" title="WhatsApp takes no free text now">
            They last wrote more than 24 hours ago. What you write here goes by SMS.
          </Alert>
        )}
        <Textarea
          label={closed ? 'Your words, by SMS' : 'Your words'}
          description={
            isSms
              ? `${body.length} characters, ${parts(body)} ${parts(body) === 1 ? 'part' : 'parts'}`
              : `free text until ${inLondon(new Date(until).toISOString())}`
          }
          data-key="r"
          autosize
          minRows={2}
          maxLength={1500}
          value={body}
          onChange={(event) => setBody(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && body.trim()) send();
          }}
        />
        {error && (
          <Alert color="red" variant="outline" title={problemOf(error).title}>
            {problemOf(error).detail}
          </Alert>
        )}
        <Group>
          <Button type="submit" loading={write.isPending || text.isPending} disabled={!body.trim()}>
            Send
          </Button>
          <Text size="sm" c="dimmed">
            Ctrl Enter sends
          </Text>
        </Group>
      </Stack>
    </form>
  );
}
