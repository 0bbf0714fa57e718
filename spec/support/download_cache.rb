# frozen_string_literal: true

# Where bin/setup keeps what it downloads and compiles.
module DownloadCache
  def self.folder
    home = ENV.fetch("XDG_CACHE_HOME", "")
    File.join(home.empty? ? File.expand_path("~/.cache") : home, "pusher-ruby")
  end
end
