# frozen_string_literal: true

module Bench
  # The matrix of contenders and cases.
  module Comparison
    SERVER_LIBRARIES = ["this gem", Libraries::NPM_NAME, Libraries::PYPI_NAME].freeze
    CLIENTS = ["this gem", "Net::HTTP", "httpclient", Libraries::NPM_NAME, Libraries::PYPI_NAME].freeze
    ALL = ["this gem", "pusher-core (Rust)", "bare socket", "bare socket + dump", *(CLIENTS - ["this gem"])].freeze
    SIGNING = [*SERVER_LIBRARIES, "OpenSSL by hand", "OpenSSL by hand, in software"].freeze
    IN_BACKGROUND = ["this gem", "pool", "pool, ten together", "fibers", "EventMachine"].freeze

    events = { 1 => "1 thread", 4 => "4 threads", 8 => "8 threads" }
             .to_h { |threads, label| [label, Section::Case.new("event", threads)] }
    payloads = { "100 B" => 100, "1 KB" => 1_000, "9 KB" => 9_000 }
               .transform_values { |size| Section::Case.new("data-#{size}", 1) }
    two_threads = events.slice("1 thread", "8 threads")
    connections = { "first connection" => "first", "later connection" => "event" }
                  .transform_values { |work| Section::Case.new(work, 1) }
    signatures = { "presence channel" => "authenticate", "user" => "authenticate_user",
                   "webhook of 1 KB" => "webhook-1000", "webhook of 1 MB" => "webhook-1000000" }
                 .transform_values { |work| Section::Case.new(work, 1) }

    SECTIONS = [
      Section.new("plain", "Events to nginx", ALL, events, quick: ["1 thread", "8 threads"]),
      Section.new("two_cores", "Events to nginx on a core of its own", ALL, two_threads, placement: :separate),
      Section.new("tls", "Events to nginx over TLS", ALL, events, tls: true, quick: ["1 thread"]),
      Section.new("connections", "Events over TLS to a server that closes each connection", CLIENTS, connections,
                  tls: true, keep_alive: false),
      Section.new("payloads", "Events of different sizes", CLIENTS, payloads),
      Section.new("batches", "Batches of ten events", CLIENTS, { "ten events" => Section::Case.new("batch-10", 1) }),
      Section.new("encrypted", "Events on an encrypted channel", SERVER_LIBRARIES,
                  { "encrypted" => Section::Case.new("encrypted", 1) }),
      Section.new("background", "Events in the background, ten at a time", IN_BACKGROUND,
                  { "ten at a time" => Section::Case.new("event", 1) }, quick: ["ten at a time"]),
      Section.new("signatures", "Signatures and webhooks", SIGNING, signatures,
                  quick: ["presence channel"])
    ].freeze
  end
end
