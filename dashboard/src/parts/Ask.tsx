import { Alert, Button, Group, Modal, Stack } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { ReactNode } from 'react';
import { problemOf } from '../api';

type Change = { isPending: boolean; error: unknown; reset: () => void };
type Props = {
  /** On the button that opens it, and its title. */
  label: string;
  /** What a screen reader hears, where many records have the same button. */
  about?: string;
  /** On the button that does it. */
  does: string;
  danger?: boolean;
  /** The key that opens it, where its row has the focus. */
  shortcut?: string;
  change: Change;
  /** Does it; closes when it says so. */
  submit: (close: () => void) => void;
  children: ReactNode;
};

/** Asks before something is done, and stays open with the reason when it is refused. */
export function Ask({ label, about, does, danger, shortcut, change, submit, children }: Props) {
  const [open, { open: ask, close }] = useDisclosure();
  return (
    <>
      <Button
        size="xs"
        variant="default"
        data-key={shortcut}
        aria-label={about ? `${label}: ${about}` : undefined}
        onClick={() => {
          change.reset();
          ask();
        }}
      >
        {label}
      </Button>
      <Modal opened={open} onClose={close} title={label} closeButtonProps={{ 'aria-label': 'Close' }}>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            submit(close);
          }}
        >
          <Stack>
            {children}
            {change.error != null && (
              <Alert color="red" variant="outline" title={problemOf(change.error).title}>
                {problemOf(change.error).detail}
              </Alert>
            )}
            <Group>
              <Button type="submit" loading={change.isPending} color={danger ? 'red.9' : undefined}>
                {does}
              </Button>
              <Button variant="default" onClick={close}>
                Leave it as it is
              </Button>
            </Group>
          </Stack>
        </form>
      </Modal>
    </>
  );
}
