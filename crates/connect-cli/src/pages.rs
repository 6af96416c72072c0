//! Paging as the AWS CLI does it: pages are fetched until there are none, or enough items.

use clap::{Args, value_parser};
use serde_json::{Map, Value};

use crate::failure::Failure;
use crate::model::Pages;

/// What the command line asks of pages.
#[derive(Debug, Clone, Default, Args)]
#[group(skip)]
pub(crate) struct Paging {
    /// Stop after this many items; a NextToken for --starting-token says how to go on, on standard error where text has a --query
    #[arg(long, value_name = "COUNT", value_parser = value_parser!(u32).range(1..))]
    pub(crate) max_items: Option<u32>,
    /// How many items to ask the service for in one call; all pages are printed
    #[arg(long, value_name = "COUNT", value_parser = value_parser!(u32).range(1..))]
    pub(crate) page_size: Option<u32>,
    /// Go on where a result shortened by --max-items stopped
    #[arg(long, value_name = "TOKEN")]
    pub(crate) starting_token: Option<String>,
}

/// A walk over an operation's pages.
#[derive(Debug)]
pub(crate) struct Walk<'a> {
    pages: &'a Pages,
    input: Map<String, Value>,
    /// How many items may still be returned.
    left: Option<usize>,
    /// How many items at the start of the next page were returned before.
    skip: usize,
    resume: Option<String>,
    done: bool,
}

impl<'a> Walk<'a> {
    /// Begins at the first page, or where the starting token says.
    ///
    /// # Errors
    ///
    /// A starting token that belongs to another operation.
    pub(crate) fn new(
        pages: &'a Pages,
        mut input: Map<String, Value>,
        paging: &Paging,
    ) -> Result<Self, Failure> {
        let mut skip = 0;
        if let Some(text) = &paging.starting_token {
            let token = Token::decode(text, pages.input_token)?;
            skip = token.skip;
            if let Some(token) = token.service {
                input.insert(pages.input_token.to_owned(), token.into());
            }
        }
        if let (Some(member), Some(size)) = (pages.page_size, paging.page_size) {
            input.insert(member.to_owned(), size.into());
        }
        Ok(Self {
            pages,
            input,
            left: paging.max_items.map(|count| count as usize),
            skip,
            resume: None,
            done: false,
        })
    }

    /// The next page, shortened where the caller wants no more; none after the last.
    ///
    /// # Errors
    ///
    /// What the call fails with; a service that sends a token twice in a row.
    pub(crate) async fn next(
        &mut self,
        call: impl AsyncFnOnce(Value) -> Result<Value, Failure>,
    ) -> Result<Option<Value>, Failure> {
        if self.done {
            return Ok(None);
        }
        let mut page = call(Value::Object(self.input.clone())).await?;
        let skipped = std::mem::take(&mut self.skip);
        let mut count = 0;
        let mut shortened = false;
        if let Some(items) = list_mut(&mut page, self.pages.items) {
            items.drain(..skipped.min(items.len()));
            shortened = self.left.is_some_and(|left| items.len() > left);
            items.truncate(self.left.unwrap_or(usize::MAX));
            count = items.len();
        }
        let name = self.pages.input_token;
        let token = self.input.get(name).and_then(Value::as_str);
        self.done = true;
        if shortened {
            self.resume = Some(Token::encode(name, token, Some(skipped + count)));
            return Ok(Some(page));
        }
        self.left = self.left.map(|left| left - count);
        let next = at(&page, self.pages.output_token).and_then(Value::as_str);
        match next.filter(|next| !next.is_empty()) {
            None => {}
            Some(next) if self.left == Some(0) => {
                self.resume = Some(Token::encode(name, Some(next), None));
            }
            Some(next) if token == Some(next) => {
                let message = "Error during pagination: The same next token was received twice";
                return Err(Failure::other(message));
            }
            Some(next) => {
                self.input.insert(name.to_owned(), next.into());
                self.done = false;
            }
        }
        Ok(Some(page))
    }

    /// How to go on, where the last page was shortened or is followed by others.
    pub(crate) fn resume_token(&self) -> Option<&str> {
        self.resume.as_deref()
    }
}

/// A page without the service's token, which is of no use where pages are walked.
pub(crate) fn without_token(pages: &Pages, mut page: Value) -> Value {
    let (parent, name) = match pages.output_token.rsplit_once('.') {
        Some((parent, name)) => (at_mut(&mut page, parent), name),
        None => (Some(&mut page), pages.output_token),
    };
    if let Some(members) = parent.and_then(Value::as_object_mut) {
        members.shift_remove(name);
    }
    page
}

/// A page with its items and nothing else.
pub(crate) fn items_only(pages: &Pages, mut page: Value) -> Value {
    let items = list_mut(&mut page, pages.items).map(std::mem::take);
    let mut items = items.map_or(Value::Null, Value::Array);
    for name in pages.items.rsplit('.') {
        items = Value::Object(Map::from_iter([(name.to_owned(), items)]));
    }
    items
}

/// Joins a further page's items to the first page, whose other members stand for all.
pub(crate) fn join(pages: &Pages, whole: &mut Value, mut page: Value) {
    match (
        list_mut(whole, pages.items),
        list_mut(&mut page, pages.items),
    ) {
        (Some(items), Some(further)) => items.append(further),
        (None, Some(_)) => *whole = page,
        (_, None) => {}
    }
}

fn at<'v>(value: &'v Value, path: &str) -> Option<&'v Value> {
    path.split('.')
        .try_fold(value, |value, name| value.get(name))
}

fn at_mut<'v>(value: &'v mut Value, path: &str) -> Option<&'v mut Value> {
    path.split('.')
        .try_fold(value, |value, name| value.get_mut(name))
}

fn list_mut<'v>(value: &'v mut Value, path: &str) -> Option<&'v mut Vec<Value>> {
    at_mut(value, path)?.as_array_mut()
}

/// The AWS CLI's own token: the service's, and how many items of the page it leads to were already shown.
#[derive(Debug, PartialEq, Eq)]
struct Token {
    service: Option<String>,
    skip: usize,
}

/// The member of a token that holds the number of items to skip.
const SKIP: &str = "boto_truncate_amount";

impl Token {
    fn encode(member: &str, service: Option<&str>, skip: Option<usize>) -> String {
        // The members and their spacing are botocore's, so that either tool goes on where the other stopped.
        let service = service.map_or(Value::Null, Value::from);
        let member = Value::from(member);
        let json = match skip {
            Some(skip) => format!("{{{member}: {service}, \"{SKIP}\": {skip}}}"),
            None => format!("{{{member}: {service}}}"),
        };
        base64_simd::STANDARD.encode_to_string(json)
    }

    /// Reads a token of either tool; anything else is taken for the service's own.
    fn decode(text: &str, member: &str) -> Result<Self, Failure> {
        let object = base64_simd::STANDARD
            .decode_to_vec(text)
            .ok()
            .and_then(|json| serde_json::from_slice::<Map<String, Value>>(&json).ok());
        let Some(mut object) = object else {
            return Ok(Self {
                service: Some(text.to_owned()),
                skip: 0,
            });
        };
        let skip = object
            .remove(SKIP)
            .map_or(Some(0), |skip| usize::try_from(skip.as_u64()?).ok());
        let service = match object.remove(member) {
            Some(Value::Null) => Some(None),
            Some(Value::String(token)) => Some(Some(token)),
            _ => None,
        };
        match (service, skip) {
            (Some(service), Some(skip)) if object.is_empty() => Ok(Self { service, skip }),
            _ => Err(Failure::Usage(format!("Bad starting token: {text}"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const PAGES: Pages = Pages {
        input_token: "NextToken",
        output_token: "NextToken",
        page_size: Some("MaxResults"),
        items: "Items",
    };

    /// Ten items, in pages of `MaxResults` or four, whose tokens are the index of the next item.
    fn service(input: &Value) -> Value {
        let from: usize = input["NextToken"]
            .as_str()
            .map_or(0, |token| token.parse().unwrap());
        let size = input["MaxResults"].as_u64().unwrap_or(4) as usize;
        let to = (from + size).min(10);
        let mut page = json!({"Items": (from..to).collect::<Vec<_>>(), "Total": 10});
        if to < 10 {
            page["NextToken"] = json!(to.to_string());
        }
        page
    }

    fn paging(max_items: Option<u32>, starting_token: Option<&str>) -> Paging {
        Paging {
            max_items,
            page_size: None,
            starting_token: starting_token.map(str::to_owned),
        }
    }

    /// The items of each page, and the token to go on with.
    async fn walk(paging: &Paging) -> (Vec<Value>, Option<String>) {
        let mut walk = Walk::new(&PAGES, Map::new(), paging).unwrap();
        let mut pages = Vec::new();
        while let Some(page) = walk.next(async |input| Ok(service(&input))).await.unwrap() {
            pages.push(page["Items"].clone());
        }
        (pages, walk.resume_token().map(str::to_owned))
    }

    #[tokio::test]
    async fn walks_to_the_last_page() {
        let (pages, token) = walk(&Paging::default()).await;
        assert_eq!(
            pages,
            [json!([0, 1, 2, 3]), json!([4, 5, 6, 7]), json!([8, 9])]
        );
        assert_eq!(token, None);
        let by_five = Paging {
            page_size: Some(5),
            ..Paging::default()
        };
        assert_eq!(walk(&by_five).await.0.len(), 2);
    }

    #[tokio::test]
    async fn stops_after_enough_items_and_goes_on_where_it_stopped() {
        for max_items in 1..=11 {
            let mut items = Vec::new();
            let mut start: Option<String> = None;
            loop {
                let (pages, token) = walk(&paging(Some(max_items), start.as_deref())).await;
                let found = pages.iter().flat_map(|page| page.as_array().unwrap());
                let found: Vec<_> = found.cloned().collect();
                assert!(found.len() <= max_items as usize);
                items.extend(found);
                if token.is_none() {
                    break;
                }
                start = token;
            }
            let all = json!([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
            assert_eq!(Value::Array(items), all, "by {max_items}");
        }
    }

    #[tokio::test]
    async fn tokens_are_those_of_the_aws_cli() {
        for (max_items, expected) in [
            // {"NextToken": "4", "boto_truncate_amount": 2}
            (
                6,
                "eyJOZXh0VG9rZW4iOiAiNCIsICJib3RvX3RydW5jYXRlX2Ftb3VudCI6IDJ9",
            ),
            // {"NextToken": null, "boto_truncate_amount": 3}
            (
                3,
                "eyJOZXh0VG9rZW4iOiBudWxsLCAiYm90b190cnVuY2F0ZV9hbW91bnQiOiAzfQ==",
            ),
        ] {
            let (_, token) = walk(&paging(Some(max_items), None)).await;
            assert_eq!(token.as_deref(), Some(expected));
        }
        let (pages, _) = walk(&paging(None, Some("8"))).await;
        assert_eq!(pages, [json!([8, 9])], "the service's own token does too");
        let other = Token::encode("Marker", Some("4"), None);
        let failure = Token::decode(&other, "NextToken").unwrap_err();
        assert_eq!(failure.exit_code(), 252);
    }

    #[tokio::test]
    async fn a_repeated_token_is_an_error() {
        let mut walk = Walk::new(&PAGES, Map::new(), &Paging::default()).unwrap();
        let page = async |_| Ok(json!({"Items": [], "NextToken": "again"}));
        assert!(walk.next(page).await.is_ok());
        let failure = walk.next(page).await.unwrap_err();
        assert_eq!(failure.exit_code(), 255);
    }

    #[test]
    fn pages_join_into_the_first() {
        let mut whole = json!({"Total": 3, "Items": [1]});
        join(&PAGES, &mut whole, json!({"Items": [2, 3], "Total": 9}));
        assert_eq!(whole, json!({"Total": 3, "Items": [1, 2, 3]}));
        let page = json!({"A": {"Token": "t", "Items": []}});
        let nested = Pages {
            output_token: "A.Token",
            items: "A.Items",
            ..PAGES
        };
        assert_eq!(without_token(&nested, page), json!({"A": {"Items": []}}));
        let page = json!({"A": {"Items": [1], "Total": 1}, "B": 2});
        assert_eq!(items_only(&nested, page), json!({"A": {"Items": [1]}}));
    }
}
