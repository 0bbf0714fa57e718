# frozen_string_literal: true

# Pushes the gems in a folder to the registry, the source gem last: it is the one that every platform can install, so
# nobody compiles a version whose precompiled gem is about to appear.
#
#   ruby packaging/push.rb pkg

gems = Dir[File.join(ARGV.fetch(0), "pusher-*.gem")]
abort "found no gems in #{ARGV.first}" if gems.empty?

source, precompiled = gems.partition { |gem| File.basename(gem, ".gem").match?(/\Apusher-[\d.]+\z/) }
abort "found #{source.size} source gems in #{ARGV.first}" unless source.one?

(precompiled.sort + source).each do |gem|
  system("gem", "push", gem) || abort("#{gem} was not pushed (see above). The gems before it were.")
end
