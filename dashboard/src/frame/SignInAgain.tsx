import { Modal, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { onSignedOut, queries } from '../api';
import { whoAmIOptions } from '../client/@tanstack/react-query.gen';
import { SignInForm } from '../parts/SignInForm';

/** The session has ended in the middle of something: what was written stays where it is. */
export function SignInAgain() {
  const { data: me } = useQuery({ ...whoAmIOptions(), enabled: false });
  const [ended, setEnded] = useState(false);
  useEffect(() => onSignedOut(() => setEnded(true)), []);
  return (
    <Modal
      opened={ended}
      onClose={() => {}}
      withCloseButton={false}
      closeOnEscape={false}
      closeOnClickOutside={false}
      title="Your session has ended"
    >
      <Stack>
        <Text size="sm">Sign in again: this page stays as it is, with what you have written.</Text>
        <SignInForm
          who={me?.email}
          done={(who) => {
            if (me && who.id !== me.id) return window.location.reload();
            setEnded(false);
            void queries.invalidateQueries();
          }}
        />
      </Stack>
    </Modal>
  );
}
