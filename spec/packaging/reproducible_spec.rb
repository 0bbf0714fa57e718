# frozen_string_literal: true

require "digest"
require "fileutils"
require "tmpdir"

RSpec.describe "The packed gems" do
  # Packs them again, from a copy of the checkout in another folder, with other file modes and another umask.
  def packed_again
    Dir.mktmpdir("another folder") do |folder|
      checkout = "#{folder}/pusher"
      copy_checkout(checkout)
      program = "File.umask(0o077); Dir.chdir(ARGV.first); load Gem.bin_path('rake', 'rake')"
      tasks = %w[gem packed:pack_this_ruby]
      system({ "SOURCE_DATE_EPOCH" => time_of_commit }, Gem.ruby, "-e", program, checkout, *tasks,
             out: File::NULL, exception: true)
      yield Dir["#{checkout}/pkg/**/*.gem"]
    end
  end

  def copy_checkout(target)
    command = %w[git ls-files -z --cached --others --exclude-standard]
    files = IO.popen(command, chdir: Workspace::ROOT, &:read).split("\0")
    [*files, "lib/pusher/pusher.#{RbConfig::CONFIG["DLEXT"]}"].each do |file|
      next unless File.file?("#{Workspace::ROOT}/#{file}")

      FileUtils.mkdir_p(File.dirname("#{target}/#{file}"))
      FileUtils.cp("#{Workspace::ROOT}/#{file}", "#{target}/#{file}")
      File.chmod(0o600, "#{target}/#{file}")
    end
  end

  def digests_of(gems) = gems.to_h { |gem| [File.basename(gem), Digest::SHA256.file(gem).hexdigest] }

  def time_of_commit = IO.popen(%w[git log -1 --format=%ct], chdir: Workspace::ROOT, &:read).strip

  it "are the same when they are packed again, byte for byte" do
    first = [PackedGems.source, PackedGems.precompiled]
    packed_again do |second|
      expect(digests_of(second)).to eq(digests_of(first))
    end
  end
end
