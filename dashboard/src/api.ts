import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { notifications } from '@mantine/notifications';
import type { Me, Problem } from './client';
import { client } from './client/client.gen';
import { setClock } from './clock';

client.setConfig({ baseUrl: '', throwOnError: true });

/** What the server refused, or that it did not answer. */
export function problemOf(error: unknown): Problem {
  if (error && typeof error === 'object' && 'title' in error) return error as Problem;
  return {
    status: 0,
    code: 'no_answer',
    title: 'The server does not answer',
    detail: 'Check your connection.',
  };
}

/** Says that something was refused; stays until it is closed. */
export function refuse(error: unknown) {
  const { title, detail } = problemOf(error);
  notifications.show({
    color: 'red',
    autoClose: false,
    closeButtonProps: { 'aria-label': 'Close' },
    title,
    message: detail,
  });
}

/** For changes whose effect is seen in what is read: everything shown is read again. */
export const anew = { onSettled: () => queries.invalidateQueries() };
/** As `anew`, and a refusal is said in a corner: for changes without a form of their own. */
export const anewOrRefused = { ...anew, onError: refuse };

const signedOut = new Set<() => void>();

/** Runs when any answer says that the session is over. */
export function onSignedOut(run: () => void): () => void {
  signedOut.add(run);
  return () => signedOut.delete(run);
}

/** Nobody answers, or the server has trouble: what is shown is old. Anything else is an answer, such as "gone" or "not for you". */
export const isTrouble = (error: unknown) => {
  const { status } = problemOf(error);
  return status === 0 || status === 429 || status >= 500;
};

function onError(error: unknown) {
  if (problemOf(error).status === 401) for (const run of signedOut) run();
}

export const queries = new QueryClient({
  queryCache: new QueryCache({
    onError: (error, query) => {
      onError(error);
      // What was erased, or is not theirs to see any more, does not stay on the screen.
      if ([403, 404, 410].includes(problemOf(error).status)) query.setState({ data: undefined });
    },
    onSuccess: (data, { queryKey }) => {
      if ((queryKey[0] as { _id: string })._id === 'whoAmI') setClock((data as Me).now);
    },
  }),
  mutationCache: new MutationCache({ onError }),
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      retry: (times, error) => {
        const { status } = problemOf(error);
        return (status === 0 || status >= 500) && times < 2;
      },
    },
  },
});
