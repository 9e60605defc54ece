import { operation } from '../operation.ts';
import {
  configurationBytes,
  readConfiguration,
  requireDestination,
  requireScraper,
  scraperAnswer,
  scraperArn,
} from './scraper.ts';

/** What isn't given stays. Its source can't be changed. */
export const updateScraper = operation({
  name: 'UpdateScraper',
  needs: 'scrapeConfiguration',
  resourceArn: scraperArn,
  handler({ scraperId, alias, scrapeConfiguration, destination, roleConfiguration }, context) {
    const { content } = requireScraper(scraperId, context);
    const data =
      scrapeConfiguration === undefined
        ? Buffer.from(content.configurationBlob, 'base64')
        : configurationBytes(scrapeConfiguration);
    const { statusReason: _, ...before } = content;
    context.resources.replace('scraper', scraperId, {
      ...before,
      ...readConfiguration(data, content.source, 'UPDATE_FAILED', context),
      // Also when the destination stays: whoever changes what is written must be allowed to write.
      workspaceArn: requireDestination(
        destination ?? { ampConfiguration: { workspaceArn: content.workspaceArn } },
        context,
      ),
      ...(alias === undefined ? {} : { alias }),
      ...(roleConfiguration === undefined ? {} : { roleConfiguration }),
    });
    return scraperAnswer(scraperId, 'UPDATING', context);
  },
});
