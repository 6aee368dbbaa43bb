import { Button } from '@mantine/core';

/** How a list is read on: spread into `useInfiniteQuery` beside the generated options. */
export const paged = <Query,>(query?: Query) => ({
  initialPageParam: {},
  getNextPageParam: (page: { next?: string | null }) =>
    page.next ? { query: { ...query, after: page.next } as Query & { after: string } } : undefined,
});

type Pages<Item> = { data?: { pages: { items: Item[] }[] } };
/** All that has been read; nothing before the first page is there. */
export const itemsOf = <Item,>(list: Pages<Item>): Item[] | undefined =>
  list.data?.pages.flatMap((page) => page.items);

type List = { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => unknown };

/** Reads on, where there is more. */
export function More({ list }: { list: List }) {
  if (!list.hasNextPage) return null;
  return (
    <Button variant="default" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
      More
    </Button>
  );
}
