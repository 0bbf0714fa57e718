# frozen_string_literal: true

require_relative "../../support/download_cache"

module EndToEnd
  # The paths of what bin/setup installs in the versions of spec/e2e/versions.
  module Toolbox
    # One of them is not installed.
    class Missing < StandardError; end

    VERSIONS = File.readlines(File.expand_path("../versions", __dir__), chomp: true).to_h(&:split).freeze

    module_function

    def sockudo
      find("sockudo", "bin/sockudo")
    end

    def pusher_js
      find("pusher-js", "node_modules/pusher-js")
    end

    def axe
      find("axe-core", "node_modules/axe-core/axe.min.js")
    end

    def find(name, path)
      place = File.join(DownloadCache.folder, "#{name}-#{VERSIONS.fetch(name)}", path)
      return place if File.exist?(place)

      raise Missing, "#{name} #{VERSIONS.fetch(name)} is not at #{place}. Run bin/setup, or bin/setup --demo --sockudo."
    end
  end
end
