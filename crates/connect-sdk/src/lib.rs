//! A typed Amazon Connect client, generated from model/connect.json.
