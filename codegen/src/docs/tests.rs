use proptest::prelude::*;
use pulldown_cmark::{
    BrokenLink, CodeBlockKind, Event, Options, Parser, Tag, TagEnd, TextMergeStream,
};

use super::tree::{Block, Inline};
use super::*;

#[test]
fn html_becomes_markdown() {
    let table = [
        ("", ""),
        ("plain", "plain"),
        (
            "<p>One\n   line.</p><p>Another.</p>",
            "One line.\n\nAnother.",
        ),
        ("<p>One<p>Another", "One\n\nAnother"),
        ("<P CLASS='x'>One</P>", "One"),
        ("a<br>b<br/>", "a\\\nb"),
        ("<!-- no --><p>yes</p>", "yes"),
        ("yes<!-- no", "yes"),
        ("a < b, <view-id>, <p", "a \\< b, \\<view-id>, \\<p"),
        (
            "<fullname>Amazon Connect</fullname><p>Text.</p>",
            "**Amazon Connect**\n\nText.",
        ),
        // Styles
        (
            "<b>bold</b>, <i>italic</i>, <code>co  de</code>",
            "**bold**, *italic*, `co de`",
        ),
        ("<b> spaced </b>x", "**spaced** x"),
        ("with<b>in</b>", "within"),
        ("<i>a</i><b>b</b>", "ab"),
        ("<b><i>both</i></b>", "***both***"),
        ("<b></b><code></code>none", "none"),
        ("<code>a`b</code> <code>``</code>", "``a`b`` ` `` `"),
        ("<code>a</code><code>b</code>", "`ab`"),
        ("<code>arn:<region>:<b>x</b></code>", "`arn:<region>:x`"),
        ("arn:<region>:x</region>", "arn:\\<region>:x"),
        ("<i>open", "*open*"),
        ("</i></ul></p>closed", "closed"),
        // Links
        (
            "<a href=\"https://a.example/b\">text</a>",
            "[text](https://a.example/b)",
        ),
        (
            "<a href='https://a.example/(b) c'>t [1]</a>",
            "[t \\[1\\]](https://a.example/%28b%29%20c)",
        ),
        (
            "<a href=\"https://a.example\">https://a.example</a>",
            "<https://a.example>",
        ),
        ("<a href=\"https://a.example\"></a>", "<https://a.example>"),
        ("<a href=\"//a.example\">x</a>", "[x](https://a.example)"),
        (
            "<a href=\"API_Get.html\">x</a> <a>y</a> <a href=\"#z\">z</a>",
            "x y z",
        ),
        ("<a href=\"javascript:x://y\">x</a>", "x"),
        (
            "<a href=\"https://a.example?a=1&amp;b=2\">x</a>",
            "[x](https://a.example?a=1&b=2)",
        ),
        ("See (https://a.example/b).", "See (<https://a.example/b>)."),
        ("at https://{id}.a.example/", "at `https://{id}.a.example/`"),
        ("http:// or https://", "`http://` or `https://`"),
        (
            "wow!<a href=\"https://a.example\">x</a>",
            "wow\\![x](https://a.example)",
        ),
        // Text that looks like Markdown
        (
            "[x] *y* `z` a|b ~c~",
            "\\[x\\] \\*y\\* \\`z\\` a\\|b \\~c\\~",
        ),
        ("snake_case _private_", "snake_case \\_private\\_"),
        (
            "&lt;T&gt; &amp;amp; R&D a & b &#169;&bogus;",
            "\\<T> \\&amp; R\\&D a & b ©\\&bogus;",
        ),
        ("--flag a-b", "\\-\\-flag a-b"),
        ("# no heading", "\\# no heading"),
        (
            "<p>- no item</p><p>1. none</p><p>&gt; no quote</p>",
            "\\- no item\n\n1\\. none\n\n\\> no quote",
        ),
        ("2023.", "2023\\."),
        ("back\\slash", "back\\\\slash"),
        ("a\u{202e}b\u{0}c", "abc"),
        // Lists
        ("<ul><li>a</li><li><p>b</p></li></ul>", "- a\n- b"),
        ("<ol><li>a<li>b</ol>", "1. a\n2. b"),
        (
            "<p>x</p><ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>",
            "x\n\n- a\n  - b\n- c",
        ),
        ("<ul><li>a</li><ul><li>b</li></ul></ul>", "- a\n  - b"),
        (
            "<ul><li><p>a</p><p>b</p></li><li>c</li></ul>",
            "- a\n\n  b\n\n- c",
        ),
        ("<ul> <li>a</li> stray </ul>", "- a\n- stray"),
        ("<li>alone</li>", "- alone"),
        ("<ul></ul>none", "none"),
        (
            "<dl><dt>T</dt><dd><p>one</p></dd><dt>U</dt><dd>two</dd></dl>",
            "- **T**: one\n- **U**: two",
        ),
        ("<dl><dd>no term</dd></dl>", "- no term"),
        ("<dl><dt>alone</dt></dl>", "- **alone**"),
        // Notes
        (
            "<note><p>a</p><p>b</p></note>c",
            "> **Note:** a\n>\n> b\n\nc",
        ),
        (
            "<important><ul><li>a</li></ul></important>",
            "> **Important**\n>\n> - a",
        ),
        // Preformatted text
        (
            "<pre>{\n\t\"a\": [1]\n}\n</pre>",
            "```text\n{\n    \"a\": [1]\n}\n```",
        ),
        ("<pre>```</pre>", "````text\n```\n````"),
        (
            "<pre>`````\n```rust\nfn x() {}</pre>",
            "``````text\n`````\n```rust\nfn x() {}\n``````",
        ),
        (
            "<table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td>2</td></tr></table>",
            "a b\n\n1 2",
        ),
    ];
    for (html, expected) in table {
        assert_eq!(to_markdown(html), expected, "{html}");
    }
}

#[test]
fn links_lead_to_other_pages() {
    type Row = (
        &'static [(&'static str, &'static str)],
        &'static str,
        &'static str,
    );
    let table: [Row; 6] = [
        (
            &[
                ("Guide", "https://a.example/b?c=d"),
                ("API", "http://a.example"),
            ],
            "See [Guide](https://a.example/b?c=d), [API](http://a.example).",
            "See Guide (https://a.example/b?c=d), API (http://a.example).",
        ),
        (
            &[("", "https://a.example")],
            "See <https://a.example>.",
            "See https://a.example.",
        ),
        (
            &[("a](x) *b* <i> `c`", "https://a.example/(b) \"]`<")],
            "See [a\\](x) \\*b\\* \\<i> \\`c\\`](https://a.example/%28b%29%20%22%5D%60%3C).",
            "See a](x) *b* <i> `c` (https://a.example/(b) \"]`<).",
        ),
        (
            &[("x", "javascript:alert(`1`)")],
            "See x: ``javascript:alert(`1`)``.",
            "See x (javascript:alert(`1`)).",
        ),
        (
            &[("x", "guide.html")],
            "See x: `guide.html`.",
            "See x (guide.html).",
        ),
        (
            &[("a\n\n# b", "https://a.example/\u{202e}\n)c")],
            "See [a # b](https://a.example/%20%29c).",
            "See a # b (https://a.example/ )c).",
        ),
    ];
    for (links, markdown, plain) in table {
        let links = || links.iter().copied();
        assert_eq!(see(links(), Form::Markdown), markdown);
        assert_eq!(see(links(), Form::Plain), plain);
    }
}

#[test]
fn lines_are_wrapped() {
    let markdown = to_markdown(&format!("<p>{}</p>", "word - ".repeat(60)));
    assert!(markdown.lines().count() > 1);
    for line in markdown.lines() {
        assert!(line.chars().count() <= 101, "{line}");
        assert!(!line.starts_with("- "), "{line}");
    }
    let long = "x".repeat(300);
    assert_eq!(to_markdown(&long), long);
}

#[test]
fn html_becomes_plain_text() {
    let table = [
        ("", ""),
        (
            "<p>One\n   line.</p><p>Another &lt;one&gt;.</p>",
            "One line.\n\nAnother <one>.",
        ),
        ("a<br>b<br/>", "a\nb"),
        (
            "<b>bold</b> <code>co  de</code> [x] *y* <a href=\"https://a.example\">link</a>",
            "bold co de [x] *y* link",
        ),
        (
            "<ul><li>a<ol><li>b</li><li><p>c</p><p>d</p></li></ol></li><li>e</li></ul>",
            "- a\n  1. b\n  2. c\n     d\n- e",
        ),
        (
            "<note><p>Mind.</p><p>This.</p></note>",
            "Note: Mind.\n\nThis.",
        ),
        ("<pre>\n a\n  b\n</pre>", " a\n  b"),
    ];
    for (html, expected) in table {
        assert_eq!(to_plain(html), expected, "{html}");
    }
}

#[test]
fn members_are_described() {
    let of_length = |length| Constraints {
        length,
        ..Constraints::default()
    };
    let id = |required, length| {
        let constraints = of_length(length);
        describe(
            "InstanceId",
            "string",
            required,
            &constraints,
            Form::Markdown,
        )
    };
    let text = "`InstanceId`: string, 1 to 100 characters, required.";
    assert_eq!(id(true, Some((Some(1), Some(100)))), text);
    let table = [
        (None, ""),
        (Some((None, None)), ""),
        (Some((Some(0), None)), ""),
        (Some((Some(0), Some(1))), ", at most 1 character"),
        (Some((None, Some(9))), ", at most 9 characters"),
        (Some((Some(1), None)), ", at least 1 character"),
        (Some((Some(2), None)), ", at least 2 characters"),
        (Some((Some(1), Some(1))), ", 1 character"),
        (Some((Some(4), Some(4))), ", 4 characters"),
    ];
    for (length, expected) in table {
        let expected = format!("`InstanceId`: string{expected}.");
        assert_eq!(id(false, length), expected);
    }
    let list = Constraints {
        unique: true,
        ..of_length(Some((None, Some(2))))
    };
    assert_eq!(
        describe("Tags", "list of string", false, &list, Form::Markdown),
        "`Tags`: list of string, at most 2 items, no two alike."
    );
    let number = Constraints {
        range: Some((Some("1".to_owned()), None)),
        pattern: Some("^`[0-9]+$".to_owned()),
        ..of_length(None)
    };
    let text = "`MaxResults`: integer, at least 1, matches ``^`[0-9]+$``, required.";
    let found = describe("MaxResults", "integer", true, &number, Form::Markdown);
    assert_eq!(found, text);
}

#[test]
fn long_runs_are_no_trouble() {
    for tag in [
        "<",
        "</",
        "<!--x-->",
        "<a ",
        "<a href=",
        "&",
        "&#",
        "`",
        "[",
        "**",
        "<ul><li>",
        "<note>",
        "<b>",
        "<dl><dt>",
        "<ul>",
        "<a href='https://a.example'>",
    ] {
        let html = format!("{}x", tag.repeat(20_000));
        assert!(to_markdown(&html).contains('x'), "{tag}");
    }
}

/// Text of blocks as the tree has it, without white space.
fn tree_text(blocks: &[Block], text: &mut String) {
    for block in blocks {
        match block {
            Block::Paragraph(content) => text.extend(content.iter().map(Inline::plain)),
            Block::Preformatted(content) => text.push_str(content),
            Block::List { items, .. } => items.iter().for_each(|item| tree_text(item, text)),
            Block::Note { heading, blocks } => {
                text.push_str(heading);
                if matches!(blocks.first(), Some(Block::Paragraph(_))) {
                    text.push(':');
                }
                tree_text(blocks, text);
            }
        }
    }
}

fn without_space(text: &str) -> String {
    text.split_whitespace().collect()
}

/// The text of Markdown as rustdoc reads it; panics about what rustdoc would warn of or misread.
fn markdown_text(markdown: &str) -> String {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS;
    let callback = |link: BrokenLink<'_>| -> Option<_> {
        panic!("`{}` is taken for a link in\n{markdown}", link.reference)
    };
    let parser = Parser::new_with_broken_link_callback(markdown, options, Some(callback));
    let mut text = String::new();
    // Within links and code, URLs may be bare.
    let mut verbatim = 0;
    for event in TextMergeStream::new(parser) {
        match event {
            Event::Text(piece) => {
                let is_bare = piece.contains("http://") || piece.contains("https://");
                assert!(
                    verbatim > 0 || !is_bare,
                    "a bare URL in `{piece}` in\n{markdown}"
                );
                text.push_str(&piece);
            }
            Event::Code(piece) => text.push_str(&piece),
            Event::SoftBreak | Event::HardBreak => text.push(' '),
            Event::Start(Tag::Link { dest_url, .. }) => {
                assert!(dest_url.to_lowercase().starts_with("http"), "{dest_url}");
                verbatim += 1;
            }
            Event::Start(Tag::CodeBlock(kind)) => {
                assert_eq!(kind, CodeBlockKind::Fenced("text".into()), "{markdown}");
                verbatim += 1;
            }
            Event::End(TagEnd::Link | TagEnd::CodeBlock) => verbatim -= 1,
            Event::End(_)
            | Event::Start(
                Tag::Paragraph
                | Tag::BlockQuote(_)
                | Tag::List(_)
                | Tag::Item
                | Tag::Emphasis
                | Tag::Strong,
            ) => {}
            other => panic!("{other:?} in\n{markdown}"),
        }
    }
    text
}

/// Runs of tags, of text that means something to Markdown, and of anything.
fn html() -> impl Strategy<Value = String> {
    let tags = prop::sample::select(vec![
        "<p>",
        "</p>",
        "<ul>",
        "</ul>",
        "<ol>",
        "</ol>",
        "<li>",
        "</li>",
        "<dl>",
        "</dl>",
        "<dt>",
        "</dt>",
        "<dd>",
        "</dd>",
        "<b>",
        "</b>",
        "<i>",
        "</i>",
        "<code>",
        "</code>",
        "<note>",
        "</note>",
        "<important>",
        "</important>",
        "<br>",
        "<a href=\"https://a.example/x\">",
        "<a href='x'>",
        "</a>",
        "<region>",
        "</region>",
        "<",
        "</",
        "<!--",
        "-->",
        "&lt;",
        "&#x60;",
        "&amp;",
    ]);
    let text = prop::sample::select(vec![
        " ",
        "\n",
        "a",
        "b c",
        "1.",
        "2)",
        "-",
        "--",
        "+",
        "#",
        "##",
        ">",
        "=",
        "===",
        "*",
        "**",
        "_",
        "__",
        "`",
        "``",
        "~",
        "~~",
        "|",
        "a|b",
        ":-",
        "---",
        "[",
        "]",
        "[x]",
        "(y)",
        "!",
        "\\",
        "&",
        "https://a.example",
        "http://",
        "https://{a}.b/",
        ".",
        ":",
        "[^1]",
        "\t",
        "\r",
        "é",
    ]);
    let piece = prop_oneof![
        4 => tags.prop_map(str::to_owned),
        6 => text.prop_map(str::to_owned),
        1 => any::<String>(),
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 2_000,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn markdown_says_what_the_html_said(html in html()) {
        let mut expected = String::new();
        let printable: String = html.chars().filter(|c| html::is_printable(*c)).collect();
        tree_text(&tree::parse(&printable), &mut expected);
        let markdown = to_markdown(&html);
        let found = markdown_text(&markdown);
        prop_assert_eq!(without_space(&found), without_space(&expected), "{}", markdown);
    }

    #[test]
    fn descriptions_are_one_line(name in ".*", pattern in ".*", form in prop::sample::select(vec![Form::Markdown, Form::Plain])) {
        let constraints = Constraints { pattern: Some(pattern), ..Constraints::default() };
        let line = describe(&name, "string", true, &constraints, form);
        prop_assert_eq!(line.lines().count(), 1);
    }
}
