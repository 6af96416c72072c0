//! The tokens of a JMESPath expression.

use std::iter::Peekable;
use std::ops::Range;
use std::str::CharIndices;

use serde_json::Value;

/// Why a text is no expression. Characters are counted from 1.
#[derive(Debug, thiserror::Error)]
pub(super) enum SyntaxError {
    #[error("the expression is incomplete")]
    Incomplete,
    #[error("unexpected {0} at character {1}")]
    Unexpected(String, usize),
    #[error("no closing {0} for the one at character {1}")]
    Unclosed(char, usize),
    #[error("the expression is nested too deeply")]
    TooDeep,
}

/// A token; `End` stands behind the last.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    Identifier(String),
    Quoted(String),
    Literal(Value),
    Number(i64),
    Current,
    Reference,
    Comma,
    Colon,
    RightBracket,
    RightParen,
    RightBrace,
    Pipe,
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Flatten,
    Star,
    Filter,
    Dot,
    Not,
    LeftBrace,
    LeftBracket,
    LeftParen,
    End,
}

/// Splits an expression into tokens, each with its place in the text.
pub(super) fn tokens(text: &str) -> Result<Vec<(Token, Range<usize>)>, SyntaxError> {
    let mut lexer = Lexer {
        text,
        characters: text.char_indices().peekable(),
    };
    let mut tokens = Vec::new();
    while let Some((start, first)) = lexer.characters.next() {
        if !matches!(first, ' ' | '\t' | '\n' | '\r') {
            let token = lexer.token(start, first)?;
            tokens.push((token, start..lexer.at()));
        }
    }
    tokens.push((Token::End, text.len()..text.len()));
    Ok(tokens)
}

struct Lexer<'t> {
    text: &'t str,
    characters: Peekable<CharIndices<'t>>,
}

impl<'t> Lexer<'t> {
    fn token(&mut self, start: usize, first: char) -> Result<Token, SyntaxError> {
        Ok(match first {
            '.' => Token::Dot,
            '*' => Token::Star,
            ']' => Token::RightBracket,
            ',' => Token::Comma,
            ':' => Token::Colon,
            '@' => Token::Current,
            '(' => Token::LeftParen,
            ')' => Token::RightParen,
            '{' => Token::LeftBrace,
            '}' => Token::RightBrace,
            '[' if self.eat(']') => Token::Flatten,
            '[' if self.eat('?') => Token::Filter,
            '[' => Token::LeftBracket,
            '|' if self.eat('|') => Token::Or,
            '|' => Token::Pipe,
            '&' if self.eat('&') => Token::And,
            '&' => Token::Reference,
            '<' if self.eat('=') => Token::LessOrEqual,
            '<' => Token::Less,
            '>' if self.eat('=') => Token::GreaterOrEqual,
            '>' => Token::Greater,
            '!' if self.eat('=') => Token::NotEqual,
            '!' => Token::Not,
            '=' if self.eat('=') => Token::Equal,
            'a'..='z' | 'A'..='Z' | '_' => {
                let rest = self.run(start, |next| next.is_ascii_alphanumeric() || next == '_');
                Token::Identifier(rest.to_owned())
            }
            '0'..='9' | '-' => match self.run(start, |next| next.is_ascii_digit()) {
                "-" => return Err(self.unexpected(start)),
                // An index that does not fit is beyond the end of any list.
                digits if first == '-' => Token::Number(digits.parse().unwrap_or(i64::MIN)),
                digits => Token::Number(digits.parse().unwrap_or(i64::MAX)),
            },
            '\'' => Token::Literal(self.delimited(start, '\'')?.replace("\\'", "'").into()),
            '"' => {
                let json = format!("\"{}\"", self.delimited(start, '"')?);
                match serde_json::from_str(&json) {
                    Ok(name) => Token::Quoted(name),
                    Err(_) => return Err(self.unexpected(start)),
                }
            }
            '`' => {
                let json = self.delimited(start, '`')?.replace("\\`", "`");
                // Text without quotes between backticks is older than the specification, and still in wide use.
                let bare = || serde_json::from_str(&format!("\"{}\"", json.trim_start()));
                match serde_json::from_str(&json).or_else(|_| bare()) {
                    Ok(value) => Token::Literal(value),
                    Err(_) => return Err(self.unexpected(start)),
                }
            }
            _ => return Err(self.unexpected(start)),
        })
    }

    /// Where the next character is.
    fn at(&mut self) -> usize {
        self.characters
            .peek()
            .map_or(self.text.len(), |(at, _)| *at)
    }

    fn eat(&mut self, wanted: char) -> bool {
        self.characters
            .next_if(|(_, next)| *next == wanted)
            .is_some()
    }

    /// The text from `start` on as long as characters belong to it.
    fn run(&mut self, start: usize, belongs: impl Fn(char) -> bool) -> &'t str {
        while self
            .characters
            .next_if(|(_, next)| belongs(*next))
            .is_some()
        {}
        let end = self.at();
        &self.text[start..end]
    }

    /// The text up to a delimiter. A backslash stays, and so does what follows it.
    fn delimited(&mut self, start: usize, delimiter: char) -> Result<String, SyntaxError> {
        let mut text = String::new();
        while let Some((_, next)) = self.characters.next() {
            if next == delimiter {
                return Ok(text);
            }
            text.push(next);
            if next == '\\' {
                text.extend(self.characters.next().map(|(_, next)| next));
            }
        }
        Err(SyntaxError::Unclosed(delimiter, self.position(start)))
    }

    fn unexpected(&mut self, start: usize) -> SyntaxError {
        let end = self.at();
        SyntaxError::Unexpected(self.text[start..end].to_owned(), self.position(start))
    }

    fn position(&self, start: usize) -> usize {
        self.text[..start].chars().count() + 1
    }
}
