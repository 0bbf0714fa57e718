# frozen_string_literal: true

require "cgi"

module Bench
  # Charts as SVG files for documents: readable in light and in dark mode, without any library.
  module Charts
    # Pixels.
    WIDTH = 720
    STYLE = <<~CSS
      text { font: 14px system-ui, sans-serif; fill: #1f2430 }
      .title { font-size: 16px; font-weight: 600 }
      .group { font-weight: 600 }
      .small { font-size: 12px; fill: #566074 }
      .bar { fill: #9aa3b5 }
      .own { fill: #4b2bb3 }
      .grid { stroke: #d9dde6 }
      .axis { stroke: #566074 }
      .line { fill: none; stroke-width: 2.5; stroke-linejoin: round }
      .s0 { stroke: #4b2bb3; fill: #4b2bb3 } .s1 { stroke: #b4540a; fill: #b4540a } .s2 { stroke: #0f766e; fill: #0f766e }
      .line.s0, .line.s1, .line.s2 { fill: none }
      text.s0, text.s1, text.s2 { stroke: none }
      @media (prefers-color-scheme: dark) {
        text { fill: #e6e8ee }
        .small { fill: #a9b1c1 }
        .bar { fill: #6b7487 }
        .own { fill: #a48bff }
        .grid { stroke: #363c49 }
        .axis { stroke: #a9b1c1 }
        .s0 { stroke: #a48bff; fill: #a48bff } .s1 { stroke: #f0a35e; fill: #f0a35e } .s2 { stroke: #4fd1c5; fill: #4fd1c5 }
      }
    CSS

    private

    # @param description [String] for those who cannot see it
    def svg(title, description, height, drawn)
      <<~SVG
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 #{WIDTH} #{height}" role="img" aria-labelledby="title desc">
        <title id="title">#{CGI.escapeHTML(title)}</title>
        <desc id="desc">#{CGI.escapeHTML(description)}</desc>
        <style>#{STYLE.tr("\n", " ").squeeze(" ")}</style>
        #{text(0, 20, title, "title")}
        #{drawn.join("\n")}
        </svg>
      SVG
    end

    # @param anchor [String, nil] `middle` or `end`
    def text(left, baseline, content, kind = nil, anchor: nil)
      attributes = [(%(class="#{kind}") if kind), %(x="#{left.round}" y="#{baseline.round}"),
                    (%(text-anchor="#{anchor}") if anchor)].compact.join(" ")
      "<text #{attributes}>#{CGI.escapeHTML(content)}</text>"
    end

    # The text reads upward.
    def upward(left, middle, content)
      turned = text(0, 0, content, "small", anchor: "middle")
      %(<g transform="translate(#{left.round} #{middle.round}) rotate(-90)">#{turned}</g>)
    end

    def stroke(kind, from, to)
      %(<line class="#{kind}" x1="#{from[0].round}" y1="#{from[1].round}" x2="#{to[0].round}" y2="#{to[1].round}"/>)
    end
  end
end

require_relative "charts/bar_chart"
require_relative "charts/line_chart"
