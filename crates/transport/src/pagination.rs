//! Pages, one after another.

use std::future::Future;

use aws_smithy_async::future::pagination_stream::TryFlatMap;
use aws_smithy_async::future::pagination_stream::fn_stream::FnStream;

use crate::error::SdkError;

pub use aws_smithy_async::future::pagination_stream::PaginationStream;

/// The service gave a token again that it had given before: following it would never end.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("page {page} came with a token that an earlier page had: the pages would never end")]
pub struct RepeatedToken {
    page: u64,
}

/// Tokens seen so far, as far as needed to notice a loop: the last one, and one kept from an earlier page that moves on
/// at powers of two (Brent's cycle detection). A loop is noticed at the latest when it has been gone through twice.
struct Loop<T> {
    last: Option<T>,
    kept: Option<T>,
    page: u64,
}

impl<T: Clone + PartialEq> Loop<T> {
    /// Whether this token was there before.
    fn closes_with(&mut self, token: &T) -> bool {
        self.page += 1;
        if self.last.as_ref() == Some(token) || self.kept.as_ref() == Some(token) {
            return true;
        }
        if self.page.is_power_of_two() {
            self.kept = Some(token.clone());
        }
        self.last = Some(token.clone());
        false
    }
}

/// The pages that `call` returns, fetched when they are wanted.
///
/// `token` reads the next page's token from a page; `set_token` puts it into the input. A missing token ends the stream,
/// and so should an empty one: `token` decides. If `stop_on_duplicate_token`, a token that was there before ends it with an
/// error.
pub fn pages<I, O, E, T, F>(
    mut input: I,
    stop_on_duplicate_token: bool,
    token: fn(&O) -> Option<T>,
    set_token: fn(&mut I, T),
    call: impl Fn(I) -> F + Send + 'static,
) -> PaginationStream<Result<O, SdkError<E>>>
where
    I: Clone + Send + 'static,
    O: Send + 'static,
    E: Send + 'static,
    T: Clone + PartialEq + Send + 'static,
    F: Future<Output = Result<O, SdkError<E>>> + Send + 'static,
{
    PaginationStream::new(FnStream::new(move |pages| {
        Box::pin(async move {
            let mut seen = Loop {
                last: None,
                kept: None,
                page: 0,
            };
            loop {
                let page = call(input.clone()).await;
                let next = page.as_ref().ok().and_then(token);
                // Nobody is there any more to take a page, or this was the last.
                if pages.send(page).await.is_err() {
                    return;
                }
                let Some(next) = next else {
                    return;
                };
                if stop_on_duplicate_token && seen.closes_with(&next) {
                    let error = RepeatedToken { page: seen.page };
                    let _ = pages.send(Err(SdkError::construction_failure(error))).await;
                    return;
                }
                set_token(&mut input, next);
            }
        })
    }))
}

/// The items on these pages, one by one. An error ends the stream.
pub fn items<O, E, L>(
    pages: PaginationStream<Result<O, SdkError<E>>>,
    list: fn(O) -> L,
) -> PaginationStream<Result<L::Item, SdkError<E>>>
where
    O: Send + 'static,
    E: Send + 'static,
    L: IntoIterator + Send + 'static,
    L::Item: Send + 'static,
    L::IntoIter: Send,
{
    TryFlatMap::new(pages).flat_map(list)
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    type Page = (Vec<u32>, Option<&'static str>);
    type Pages = HashMap<&'static str, Page>;

    fn stream(
        pages_by_token: Pages,
        stop: bool,
    ) -> PaginationStream<Result<Page, SdkError<&'static str>>> {
        pages(
            "",
            stop,
            |page: &Page| page.1,
            |input, token| *input = token,
            move |token| {
                let page = pages_by_token.get(token).cloned();
                async move { page.ok_or_else(|| SdkError::construction_failure("no such page")) }
            },
        )
    }

    #[tokio::test]
    async fn every_page_and_every_item_comes_once() {
        let book = || {
            Pages::from([
                ("", (vec![1, 2], Some("a"))),
                ("a", (vec![], Some("b"))),
                ("b", (vec![3], None)),
            ])
        };
        let pages: Result<Vec<Page>, _> = stream(book(), true).collect().await;
        assert_eq!(pages.unwrap().len(), 3);
        let items: Result<Vec<u32>, _> = items(stream(book(), true), |page| page.0).collect().await;
        assert_eq!(items.unwrap(), [1, 2, 3]);
    }

    #[tokio::test]
    async fn a_repeated_token_is_an_error() {
        let mut stream = stream(
            Pages::from([("", (vec![], Some("a"))), ("a", (vec![], Some("a")))]),
            true,
        );
        assert!(stream.next().await.unwrap().is_ok());
        assert!(stream.next().await.unwrap().is_ok());
        let error = stream.next().await.unwrap().unwrap_err().to_string();
        assert!(error.contains("token that an earlier page had"), "{error}");
        assert!(stream.next().await.is_none());
    }

    #[tokio::test]
    async fn a_longer_loop_is_noticed_too() {
        let ring = ["a", "b", "c", "d", "e"];
        let mut book = Pages::from([("", (vec![], Some("a")))]);
        for (index, token) in ring.iter().enumerate() {
            book.insert(token, (vec![], Some(ring[(index + 1) % 5])));
        }
        let mut stream = stream(book, true);
        let mut pages = 0;
        while stream.next().await.unwrap().is_ok() {
            pages += 1;
        }
        assert!((6..=16).contains(&pages), "{pages}");
    }

    #[tokio::test]
    async fn a_repeated_token_can_be_followed() {
        let mut stream = stream(Pages::from([("", (vec![], Some("")))]), false);
        for _ in 0..5 {
            assert!(stream.next().await.unwrap().is_ok());
        }
    }

    #[tokio::test]
    async fn an_error_ends_the_pages() {
        let mut stream = stream(Pages::from([("", (vec![], Some("lost")))]), true);
        assert!(stream.next().await.unwrap().is_ok());
        assert!(stream.next().await.unwrap().is_err());
        assert!(stream.next().await.is_none());
    }
}
