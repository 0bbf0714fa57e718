# frozen_string_literal: true

# Writes a picture of the page of bin/demo --live to a file: ruby -I lib live_screenshot.rb FILE
require "pusher"
require_relative "live_page"

def show(tab, kind, title, data = "") = tab.wait_for(EndToEnd::LivePage.entry(kind, title, data))

page = EndToEnd::LivePage.current
begin
  tab = page.visit(width: 1200, height: 790)
  other = page.visit
  tab.click("#sign-in")
  tab.wait_for("document.querySelector('#notify').ariaDisabled === 'false'")
  other.click("[value=presence-room]")
  other.click("#from-browser")
  show(tab, "webhook", "Received a webhook", "client_event")
  tab.click("[value=private-encrypted-vault]")
  tab.click("#from-server")
  show(tab, "api", "Published greeting on private-encrypted-vault")
  show(tab, "received", "Received and decrypted greeting on private-encrypted-vault")
  tab.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
  FileUtils.mkdir_p(File.dirname(ARGV.first))
  File.binwrite(ARGV.first, tab.screenshot)
ensure
  EndToEnd::LivePage.close
end
