use connect_sdk::operation::search_contacts::{SearchContactsInput, SearchContactsOutput};
use connect_sdk::primitives::DateTime;
use connect_sdk::types::{
    SearchContactsMatchType, SearchContactsTimeRange, SearchContactsTimeRangeType, SearchCriteria,
    Sort, SortOrder, SortableFieldName,
};

use super::{Context, FAILED, Failure, required, stored};
use crate::PageError;
use crate::store::search::{Criterion, Key, Search};

const DEFAULT_PAGE: usize = 25;
/// The longest time range, in seconds: eight weeks.
const LONGEST_RANGE: i64 = 8 * 7 * 24 * 3600;

pub(super) fn run(
    context: &Context,
    mut input: SearchContactsInput,
) -> Result<SearchContactsOutput, Failure> {
    let (limit, token) = (input.max_results.take(), input.next_token.take());
    // A token is good for the same search, whatever its pages' size.
    let what = serde_json::to_string(&input)?;
    let (order, is_descending) = order(input.sort.as_ref());
    let search = Search {
        range: range(input.time_range.as_ref())?,
        criteria: criteria(input.search_criteria)?,
        order,
        is_descending,
    };
    let limit = limit.and_then(|limit| usize::try_from(limit).ok());
    let instance = required(&input.instance_id);
    let limit = limit.unwrap_or(DEFAULT_PAGE);
    let found = context
        .store
        .search(instance, &search, &what, limit, token.as_deref())
        .map_err(|error| match error {
            PageError::BadToken => {
                Failure::Invalid("NextToken is not valid for this search.".to_owned())
            }
            error => error.into(),
        })?;
    let contacts = found.contacts.iter().map(|(contact, details)| {
        let mut members = stored::details(details.as_deref())?;
        stored::add_summary(&mut members, contact);
        stored::shape(members)
    });
    SearchContactsOutput::builder()
        .set_contacts(Some(contacts.collect::<Result<_, Failure>>()?))
        .total_count(found.total)
        .set_next_token(found.next_token)
        .build()
        // Its only required member is there.
        .map_err(|_| Failure::Internal(FAILED))
}

fn range(range: Option<&SearchContactsTimeRange>) -> Result<(Key, i64, i64), Failure> {
    // Required, as the input was checked.
    let missing = || Failure::Invalid("TimeRange is missing.".to_owned());
    let range = range.ok_or_else(missing)?;
    let key = match range.r#type() {
        SearchContactsTimeRangeType::ScheduledTimestamp => Key::Scheduled,
        SearchContactsTimeRangeType::ConnectedToAgentTimestamp => Key::ConnectedToAgent,
        SearchContactsTimeRangeType::DisconnectTimestamp => Key::Disconnected,
        _ => Key::Initiated,
    };
    let (start, end) = (range.start_time(), range.end_time());
    if end < start {
        return Err(Failure::Invalid(
            "TimeRange ends before it begins.".to_owned(),
        ));
    }
    if end.secs() - start.secs() > LONGEST_RANGE {
        return Err(Failure::Invalid(
            "TimeRange is longer than eight weeks.".to_owned(),
        ));
    }
    Ok((key, nanos(start), nanos(end)))
}

/// The greatest number stands for no time.
fn nanos(time: &DateTime) -> i64 {
    i64::try_from(time.as_nanos())
        .unwrap_or(i64::MAX - 1)
        .min(i64::MAX - 1)
}

fn order(sort: Option<&Sort>) -> (Key, bool) {
    let Some(sort) = sort else {
        return (Key::Initiated, true);
    };
    let key = match sort.field_name() {
        SortableFieldName::ScheduledTimestamp => Key::Scheduled,
        SortableFieldName::ConnectedToAgentTimestamp => Key::ConnectedToAgent,
        SortableFieldName::DisconnectTimestamp => Key::Disconnected,
        SortableFieldName::InitiationMethod => Key::Method,
        SortableFieldName::Channel => Key::Channel,
        _ => Key::Initiated,
    };
    (key, *sort.order() == SortOrder::Descending)
}

fn criteria(criteria: Option<SearchCriteria>) -> Result<Vec<Criterion>, Failure> {
    let Some(criteria) = criteria else {
        return Ok(Vec::new());
    };
    if criteria.contact_analysis.is_some() {
        let message = "This endpoint has no transcripts to search: ContactAnalysis is not served.";
        return Err(Failure::Invalid(message.to_owned()));
    }
    let mut all = Vec::new();
    if let Some(channels) = criteria.channels {
        all.push(Criterion::Channels(names(&channels)));
    }
    if let Some(methods) = criteria.initiation_methods {
        all.push(Criterion::Methods(names(&methods)));
    }
    let mut ids = vec![
        ("$.Agent.ARN", criteria.agent_ids),
        ("$.Queue.ARN", criteria.queue_ids),
    ];
    if let Some(groups) = criteria.agent_hierarchy_groups {
        ids.extend([
            ("$.Agent.HierarchyGroups.Level1.ARN", groups.l1_ids),
            ("$.Agent.HierarchyGroups.Level2.ARN", groups.l2_ids),
            ("$.Agent.HierarchyGroups.Level3.ARN", groups.l3_ids),
            ("$.Agent.HierarchyGroups.Level4.ARN", groups.l4_ids),
            ("$.Agent.HierarchyGroups.Level5.ARN", groups.l5_ids),
        ]);
    }
    for (path, ids) in ids {
        all.extend(ids.map(|ids| Criterion::Arns(path, ids)));
    }
    if let Some(attributes) = criteria.searchable_contact_attributes {
        let each = attributes.criteria.into_iter();
        let each = each.map(|one| Criterion::Attribute(one.key, one.values));
        combine(&mut all, each.collect(), attributes.match_type.as_ref());
    }
    if let Some(attributes) = criteria.searchable_segment_attributes {
        let each = attributes.criteria.into_iter();
        let each = each.map(|one| Criterion::SegmentAttribute(one.key, one.values));
        combine(&mut all, each.collect(), attributes.match_type.as_ref());
    }
    Ok(all)
}

fn names<T: AsRef<str>>(names: &[T]) -> Vec<String> {
    names.iter().map(|name| name.as_ref().to_owned()).collect()
}

fn combine(all: &mut Vec<Criterion>, each: Vec<Criterion>, how: Option<&SearchContactsMatchType>) {
    match how {
        Some(SearchContactsMatchType::MatchAny) => all.push(Criterion::Any(each)),
        _ => all.extend(each),
    }
}
