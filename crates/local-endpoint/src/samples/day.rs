//! The contacts of the samples, as a story.

use super::Link::{After, First, Related};
use super::Row;

const VOICE: &str = "VOICE";
const CHAT: &str = "CHAT";
const EMAIL: &str = "EMAIL";
const TASK: &str = "TASK";

/// Seconds of a contact that has not ended.
pub(super) const OPEN: u32 = u32::MAX;

/// A day at a travel agency. A storm has closed the airport, and a choir of 24 is stranded on its tour. Name, what it
/// hangs under, channel, initiation method, start, seconds.
#[rustfmt::skip]
pub(super) const DAY: &[Row] = &[
    // The leader of the choir calls the hotline before dawn and is passed on to those who can help.
    Row("hotline", First, VOICE, "INBOUND", "05:41:07", 214),
    Row("desk", After("hotline"), VOICE, "TRANSFER", "05:44:41", 1163),
    Row("airline consult", After("desk"), VOICE, "TRANSFER", "05:49:20", 312),
    Row("groups", After("desk"), VOICE, "QUEUE_TRANSFER", "06:04:04", 2710),
    Row("supervisor", After("groups"), VOICE, "MONITOR", "06:12:30", 604),
    Row("hotel consult", After("groups"), VOICE, "EXTERNAL_OUTBOUND", "06:20:05", 411),
    Row("survey", After("groups"), VOICE, "DISCONNECT", "06:49:15", 76),

    // One case for the choir, and a task for everyone in it.
    Row("case", Related("groups"), TASK, "API", "06:31:12", 46_915),
    Row("case handover", After("case"), TASK, "TRANSFER", "14:02:00", 19_867),

    // Soprano I: most of them take the train.
    Row("adaeze", Related("case"), TASK, "API", "06:33:02", 1204),
    Row("adaeze ticket", Related("adaeze"), EMAIL, "OUTBOUND", "06:52:44", 21),
    Row("beatriz", Related("case"), TASK, "API", "06:33:03", 1497),
    Row("beatriz ticket", Related("beatriz"), EMAIL, "OUTBOUND", "06:57:31", 19),
    Row("beatriz reply", Related("beatriz ticket"), EMAIL, "INBOUND", "07:14:08", 388),
    Row("beatriz answer", Related("beatriz reply"), EMAIL, "AGENT_REPLY", "07:20:30", 26),
    Row("chiyo", Related("case"), TASK, "API", "06:33:04", 2910),
    Row("chiyo call", Related("chiyo"), VOICE, "OUTBOUND", "06:58:10", 304),
    Row("chiyo interpreter", After("chiyo call"), VOICE, "TRANSFER", "07:00:02", 187),
    Row("chiyo ticket", Related("chiyo"), EMAIL, "OUTBOUND", "07:20:40", 18),
    Row("delphine", Related("case"), TASK, "API", "06:33:05", 1811),
    Row("delphine ticket", Related("delphine"), EMAIL, "OUTBOUND", "07:02:59", 22),

    // Soprano II: one has no visa for the country the train goes through.
    Row("esther", Related("case"), TASK, "API", "06:34:10", 13_482),
    Row("esther visa", After("esther"), TASK, "TRANSFER", "07:05:00", 11_608),
    Row("embassy call", Related("esther visa"), VOICE, "OUTBOUND", "08:01:15", 242),
    Row("embassy callback", After("embassy call"), VOICE, "CALLBACK", "09:12:40", 731),
    Row("esther flight", After("esther visa"), TASK, "TRANSFER", "10:18:28", 3301),
    Row("esther ticket", Related("esther flight"), EMAIL, "OUTBOUND", "11:10:02", 24),
    Row("fatou", Related("case"), TASK, "API", "06:34:11", 1620),
    Row("fatou ticket", Related("fatou"), EMAIL, "OUTBOUND", "07:01:02", 20),
    Row("greta", Related("case"), TASK, "API", "06:34:12", 2250),
    Row("greta ticket", Related("greta"), EMAIL, "OUTBOUND", "07:10:55", 17),
    Row("hanneke", Related("case"), TASK, "API", "06:34:13", 5630),
    Row("hanneke call", Related("hanneke"), VOICE, "OUTBOUND", "07:31:20", 95),
    Row("hanneke callback", After("hanneke call"), VOICE, "CALLBACK", "07:55:00", 402),
    Row("hanneke ticket", Related("hanneke"), EMAIL, "OUTBOUND", "08:06:11", 23),

    // Alto I: sisters who must not be parted, and one who would rather stay another week.
    Row("ines", Related("case"), TASK, "API", "06:35:20", 3318),
    Row("ines and julia", After("ines"), TASK, "TRANSFER", "07:12:41", 1077),
    Row("sisters ticket", Related("ines and julia"), EMAIL, "OUTBOUND", "07:29:59", 25),
    Row("julia", Related("case"), TASK, "API", "06:35:21", 2240),
    Row("julia chat", Related("julia"), CHAT, "API", "06:59:30", 655),
    Row("katarzyna", Related("case"), TASK, "API", "06:35:22", 9032),
    Row("katarzyna call", Related("katarzyna"), VOICE, "OUTBOUND", "08:20:00", 618),
    Row("katarzyna hotel", After("katarzyna call"), VOICE, "TRANSFER", "08:24:31", 340),
    Row("katarzyna booking", Related("katarzyna"), EMAIL, "FLOW", "09:05:53", 12),
    Row("leilani", Related("case"), TASK, "API", "06:35:23", 2066),
    Row("leilani ticket", Related("leilani"), EMAIL, "OUTBOUND", "07:08:40", 21),

    // Alto II: a wheelchair, and a child travelling along.
    Row("mirela", Related("case"), TASK, "API", "06:36:30", 7714),
    Row("mirela assistance", After("mirela"), TASK, "TRANSFER", "07:20:18", 5025),
    Row("railway call", Related("mirela assistance"), VOICE, "OUTBOUND", "07:41:00", 866),
    Row("railway consult", After("railway call"), VOICE, "EXTERNAL_OUTBOUND", "07:46:12", 320),
    Row("mirela call", Related("mirela assistance"), VOICE, "OUTBOUND", "08:22:09", 407),
    Row("mirela ticket", Related("mirela assistance"), EMAIL, "OUTBOUND", "08:42:50", 24),
    Row("noor", Related("case"), TASK, "API", "06:36:31", 2533),
    Row("noor ticket", Related("noor"), EMAIL, "OUTBOUND", "07:17:48", 19),
    Row("olena", Related("case"), TASK, "API", "06:36:32", 4120),
    Row("olena call", Related("olena"), VOICE, "OUTBOUND", "07:22:22", 355),
    Row("olena child seat", After("olena call"), VOICE, "TRANSFER", "07:27:30", 128),
    Row("olena ticket", Related("olena"), EMAIL, "OUTBOUND", "07:44:29", 22),
    Row("priya", Related("case"), TASK, "API", "06:36:33", 2701),
    Row("priya ticket", Related("priya"), EMAIL, "OUTBOUND", "07:20:33", 18),

    // Tenors: a chat that becomes a call, and a wrong name on a ticket.
    Row("quentin", Related("case"), TASK, "API", "06:37:40", 3099),
    Row("quentin ticket", Related("quentin"), EMAIL, "OUTBOUND", "07:28:14", 20),
    Row("quentin reply", Related("quentin ticket"), EMAIL, "INBOUND", "08:02:37", 1290),
    Row("quentin new name", Related("quentin reply"), TASK, "API", "08:09:03", 871),
    Row("quentin answer", Related("quentin reply"), EMAIL, "AGENT_REPLY", "08:24:01", 31),
    Row("quentin thanks", Related("quentin answer"), EMAIL, "INBOUND", "08:40:19", 44),
    Row("rasmus", Related("case"), TASK, "API", "06:37:41", 11_420),
    Row("rasmus chat", Related("rasmus"), CHAT, "API", "08:31:00", 522),
    Row("rasmus agent", After("rasmus chat"), CHAT, "TRANSFER", "08:33:15", 388),
    Row("rasmus call", Related("rasmus agent"), VOICE, "WEBRTC_API", "08:39:02", 1015),
    Row("rasmus doctor", After("rasmus call"), VOICE, "TRANSFER", "08:47:50", 486),
    Row("rasmus ticket", Related("rasmus"), EMAIL, "OUTBOUND", "09:47:11", 22),
    Row("sandro", Related("case"), TASK, "API", "06:37:42", 1959),
    Row("sandro ticket", Related("sandro"), EMAIL, "OUTBOUND", "07:09:20", 17),
    Row("tobias", Related("case"), TASK, "API", "06:37:43", 2842),
    Row("tobias voicemail", Related("tobias"), VOICE, "OUTBOUND", "07:02:30", 33),
    Row("tobias callback", After("tobias voicemail"), VOICE, "CALLBACK", "07:16:48", 276),
    Row("tobias ticket", Related("tobias"), EMAIL, "OUTBOUND", "07:24:02", 20),

    // Basses: one has lost his passport, another has rented a car and left.
    Row("umberto", Related("case"), TASK, "API", "06:38:50", 24_160),
    Row("umberto consulate", After("umberto"), TASK, "TRANSFER", "07:44:44", 19_201),
    Row("consulate call", Related("umberto consulate"), VOICE, "OUTBOUND", "09:00:04", 1312),
    Row("consulate line two", After("consulate call"), VOICE, "QUEUE_TRANSFER", "09:04:40", 1020),
    Row("umberto papers", Related("umberto consulate"), EMAIL, "INBOUND", "10:22:35", 512),
    Row("umberto forms", Related("umberto papers"), EMAIL, "AGENT_REPLY", "10:31:20", 33),
    Row("umberto signed", Related("umberto forms"), EMAIL, "INBOUND", "11:48:09", 240),
    Row("umberto ticket", Related("umberto consulate"), EMAIL, "OUTBOUND", "13:03:18", 21),
    Row("viktor", Related("case"), TASK, "API", "06:38:51", 1366),
    Row("viktor ticket", Related("viktor"), EMAIL, "OUTBOUND", "07:00:37", 18),
    Row("wendell", Related("case"), TASK, "API", "06:38:52", 6205),
    Row("wendell call", Related("wendell"), VOICE, "OUTBOUND", "07:36:00", 144),
    Row("wendell on the road", After("wendell call"), VOICE, "CALLBACK", "08:13:25", 389),
    Row("wendell cancellation", Related("wendell on the road"), TASK, "FLOW", "08:19:58", 130),
    Row("yusuf", Related("case"), TASK, "API", "06:38:53", 2418),
    Row("yusuf ticket", Related("yusuf"), EMAIL, "OUTBOUND", "07:18:20", 19),

    // The hall for tonight's concert, and the organ that is waiting there.
    Row("concert hall", Related("case"), TASK, "API", "07:30:00", 15_010),
    Row("hall call", Related("concert hall"), VOICE, "OUTBOUND", "08:05:10", 702),
    Row("hall manager", After("hall call"), VOICE, "TRANSFER", "08:11:40", 301),
    Row("hall offer", Related("hall call"), EMAIL, "INBOUND", "10:44:20", 915),
    Row("hall counter-offer", Related("hall offer"), EMAIL, "AGENT_REPLY", "11:00:01", 41),
    Row("hall agreed", Related("hall counter-offer"), EMAIL, "INBOUND", "11:36:47", 118),

    // The double bass cannot go by train.
    Row("double bass", Related("case"), TASK, "API", "07:41:30", 33_211),
    Row("courier call", Related("double bass"), VOICE, "OUTBOUND", "08:30:30", 540),
    Row("courier consult", After("courier call"), VOICE, "EXTERNAL_OUTBOUND", "08:33:12", 266),
    Row("courier chat", Related("double bass"), CHAT, "INBOUND", "12:15:06", 1290),
    Row("courier chat agent", After("courier chat"), CHAT, "TRANSFER", "12:16:40", 1101),
    Row("bass arrived", Related("double bass"), VOICE, "INBOUND", "16:40:12", 133),

    // The leader calls again, hangs up in the queue, is called back, and writes.
    Row("noon call", Related("case"), VOICE, "INBOUND", "11:52:31", 187),
    Row("noon callback", After("noon call"), VOICE, "CALLBACK", "12:20:04", 960),
    Row("noon consult", After("noon callback"), VOICE, "TRANSFER", "12:24:45", 215),
    Row("noon survey", After("noon callback"), VOICE, "DISCONNECT", "12:36:05", 48),
    Row("leader letter", Related("noon callback"), EMAIL, "INBOUND", "13:05:50", 2210),
    Row("leader answer", Related("leader letter"), EMAIL, "AGENT_REPLY", "13:42:41", 37),
    Row("leader question", Related("leader answer"), EMAIL, "INBOUND", "14:21:18", 1604),
    Row("leader second answer", Related("leader question"), EMAIL, "AGENT_REPLY", "14:48:07", 29),
    Row("leader list", Related("leader second answer"), EMAIL, "INBOUND", "15:55:30", 690),
    Row("leader last answer", Related("leader list"), EMAIL, "AGENT_REPLY", "16:07:05", 33),

    // On the train: one chat about seats, one call about a missed connection.
    Row("seats chat", Related("case handover"), CHAT, "API", "15:10:22", 841),
    Row("seats agent", After("seats chat"), CHAT, "TRANSFER", "15:12:00", 722),
    Row("missed train", Related("case handover"), VOICE, "INBOUND", "17:31:44", 122),
    Row("missed train desk", After("missed train"), VOICE, "TRANSFER", "17:33:46", 1490),
    Row("missed train consult", After("missed train desk"), VOICE, "TRANSFER", "17:38:10", 404),
    Row("coach company", After("missed train desk"), VOICE, "EXTERNAL_OUTBOUND", "17:46:30", 505),
    Row("coach booking", Related("missed train desk"), EMAIL, "FLOW", "17:59:02", 14),
    Row("arrival", Related("case handover"), VOICE, "OUTBOUND", "19:05:00", 268),

    // What is left in the evening.
    Row("refund", Related("case handover"), TASK, "API", "19:12:30", OPEN),
    Row("insurer", Related("refund"), EMAIL, "OUTBOUND", "19:20:15", 27),
    Row("insurer reply", Related("insurer"), EMAIL, "INBOUND", "19:48:40", OPEN),
];

/// Other customers of the day, each a tree of its own.
#[rustfmt::skip]
pub(super) const OTHERS: &[Row] = &[
    Row("passport question", First, VOICE, "INBOUND", "09:14:00", 141),

    Row("honeymoon", First, CHAT, "API", "10:02:18", 1810),
    Row("honeymoon agent", After("honeymoon"), CHAT, "TRANSFER", "10:03:40", 1722),
    Row("honeymoon flowers", Related("honeymoon agent"), TASK, "API", "10:21:09", 604),

    Row("lost bag", First, VOICE, "INBOUND", "15:40:37", OPEN),
];
