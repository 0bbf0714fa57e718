# frozen_string_literal: true

require "minitest"
require "pusher/testing"

Minitest.autorun
Pusher.url = "http://key:secret@127.0.0.1:1/apps/3"
Pusher.encryption_master_key_base64 = ["k" * 32].pack("m0")
