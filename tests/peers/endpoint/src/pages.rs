//! What a page costs, without the network.

use std::num::NonZeroUsize;
use std::time::Instant;

use connect_local_endpoint::samples::INSTANCE_ID;
use connect_local_endpoint::{PageError, Store};
use peer_harness::Failure;

use crate::database::Database;

const SIZE: NonZeroUsize = NonZeroUsize::MIN.saturating_add(9);

pub(crate) fn pages(database: &Database, count: usize) -> Result<String, Failure> {
    let store = database.store()?;
    let measure = |contact: &str, token: Option<&str>| {
        let started = Instant::now();
        let page = store.page(INSTANCE_ID, contact, SIZE, token)?;
        Ok::<_, PageError>((started.elapsed().as_secs_f64() * 1e6, page.next_token))
    };
    let mut first_pages = Vec::with_capacity(count);
    for number in 0..count {
        // All over the database, and the same for every run.
        let prefix = format!("{:03x}", (number as u32).wrapping_mul(0x9e37_79b9) >> 20);
        let Some(contact) = next_contact(&store, &prefix)? else {
            continue;
        };
        first_pages.push(measure(&contact, None)?.0);
    }
    let stats = store.stats(1)?;
    let largest = stats.largest_trees.first().ok_or("no trees")?;
    let (largest, contacts) = (&largest.contact_id, largest.contacts);
    let mut tokens = vec![None];
    while let (_, Some(token)) = measure(largest, tokens.last().and_then(Option::as_deref))? {
        tokens.push(Some(token));
    }
    let places = [0, tokens.len() / 2, tokens.len() - 1];
    let mut of_largest = Vec::new();
    for place in places {
        let times = (0..count.min(200)).map(|_| Ok(measure(largest, tokens[place].as_deref())?.0));
        of_largest.push(percentile(times.collect::<Result<_, Failure>>()?, 50));
    }
    let (p50, p99) = (
        percentile(first_pages.clone(), 50),
        percentile(first_pages, 99),
    );
    let [first, middle, last] = of_largest[..] else {
        return Err("three pages are measured".into());
    };
    Ok(format!(
        "{{\"p50\":{p50},\"p99\":{p99},\"first\":{first},\"middle\":{middle},\"last\":{last},\"largest\":{contacts}}}\n"
    ))
}

/// A contact whose ID begins like this, or with less of it.
fn next_contact(store: &Store, prefix: &str) -> Result<Option<String>, Failure> {
    for length in (0..=prefix.len()).rev() {
        if let Some(id) = store.contact_ids(INSTANCE_ID, &prefix[..length], 1)?.pop() {
            return Ok(Some(id));
        }
    }
    Ok(None)
}

/// The value that this share, in percent, of all does not exceed.
pub(crate) fn percentile(mut values: Vec<f64>, percent: usize) -> f64 {
    values.sort_by(f64::total_cmp);
    values
        .get(values.len() * percent / 100)
        .copied()
        .unwrap_or_default()
}
