import { QueryCache, QueryClient } from '@tanstack/react-query';
import type { Problem } from './client';
import { client } from './client/client.gen';

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

const signedOut = new Set<() => void>();

/** Runs when any answer says that the session is over. */
export function onSignedOut(run: () => void): () => void {
  signedOut.add(run);
  return () => signedOut.delete(run);
}

export const queries = new QueryClient({
  queryCache: new QueryCache({
    onError: (error) => {
      if (problemOf(error).status === 401) for (const run of signedOut) run();
    },
  }),
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
