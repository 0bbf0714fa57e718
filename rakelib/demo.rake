# frozen_string_literal: true

namespace :demo do
  desc "Take the picture of the page of bin/demo --live for the documentation"
  task screenshot: :compile do
    ruby "-I", "lib", "spec/e2e/support/live_screenshot.rb", "docs/images/live-page.png"
  end
end
